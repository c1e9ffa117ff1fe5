# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands. Each ends with one line, and with 1 where it did not do what was asked."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence

from . import amcheck, fetch, initial, listing, producers, prune, restore_test, run, sheet, verify
from . import config as configs
from .config import Config
from .errors import BackupError
from .restic import Restic


def main(arguments: Sequence[str]) -> int:
    given = _parser().parse_args(arguments)
    try:
        config = configs.read(given.config)
        if given.command == "produce":
            return producers.produce(configs.job(config, given.job))
        said = _COMMANDS[given.command](config, given)
    except BackupError as error:
        print(f"echodiary-backup {given.command}: {error}", file=sys.stderr)
        return 1
    if said:
        print(said)
    return 0


def _jobs(config: Config, given: argparse.Namespace) -> str:
    found = listing.jobs(config["jobs"])
    if given.json:
        return json.dumps(found)
    return "\n".join(f"{one['job']}  {one['kind']}  {one['component']}".rstrip() for one in found) or "no job is declared for this host"


def _list(config: Config, given: argparse.Namespace) -> str:
    restic = Restic(config, "sudo echodiary-backup list")
    found = listing.entries(restic.snapshots(*([given.job] if given.job else [])), config["jobs"])
    if given.json:
        return json.dumps(found)
    return "\n".join([f"in {restic.repository}:", *(map(listing.line, found) if found else ["no snapshot yet"])])


_COMMANDS: dict[str, Callable[[Config, argparse.Namespace], str]] = {
    "run": lambda config, given: run.run(config, given.job, given.tag, given.time),
    "jobs": _jobs,
    "list": _list,
    "fetch": lambda config, given: fetch.fetch(config, given.job, given.snapshot, given.to, given.json),
    "verify": lambda config, given: verify.verify(config, given.part),
    "restore-test": lambda config, given: restore_test.restore_test(config, given.job),
    "amcheck": lambda config, given: amcheck.amcheck(config, given.job),
    "prune": lambda config, _: prune.prune(config),
    "init": lambda config, given: initial.init(config, typed=not given.converge),
    "sheet": lambda config, given: sheet.tried(config, sys.stdin.read()) if given.attempt else sheet.sheet(config),
    "count": lambda config, given: restore_test.count(config, given.job),
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="echodiary-backup", description="Saves jobs of this host, and gives them back.")
    parser.add_argument("--config", default=configs.PLACE, help=argparse.SUPPRESS)
    commands = parser.add_subparsers(dest="command", required=True)
    saving = commands.add_parser("run", help="save a job now")
    saving.add_argument("job")
    saving.add_argument("--tag", default="", help="why, as in deploy: kept for seven days; without it, as if the clock had asked")
    saving.add_argument("--time", default="", help="'YYYY-MM-DD HH:MM:SS' (UTC) for which it counts, instead of now")
    commands.add_parser("jobs", help="jobs of this host").add_argument("--json", action="store_true")
    listed = commands.add_parser("list", help="snapshots, the newest last")
    listed.add_argument("job", nargs="?", default="")
    listed.add_argument("--json", action="store_true")
    fetching = commands.add_parser("fetch", help="a snapshot's data, into a file")
    fetching.add_argument("job")
    fetching.add_argument("--snapshot", default="latest", help="an id, or latest")
    fetching.add_argument("--to", required=True, help="a path, or - for standard output")
    fetching.add_argument("--json", action="store_true", help="say which it was as JSON, as list does")
    reading = commands.add_parser("verify", help="read a seventh of the repository back")
    reading.add_argument("part", nargs="?", type=int, default=0, help="1 to 7; without it, that of the week")
    testing = commands.add_parser("restore-test", help="restore a database's newest snapshot, and count what came back")
    testing.add_argument("job")
    looking = commands.add_parser("amcheck", help="look through the live database of a job for damage (pg_amcheck)")
    looking.add_argument("job")
    commands.add_parser("prune", help="remove what is old, where this host may")
    making = commands.add_parser("init", help="make the repository, where there is none")
    making.add_argument("--converge", action="store_true", help="only where this host is the one that makes it")
    counting = commands.add_parser("count", help="what the live database of a job holds, as JSON")
    counting.add_argument("job")
    paper = commands.add_parser("sheet", help="what has to lie in a drawer, with the password")
    paper.add_argument("--try", action="store_true", dest="attempt", help="whether the sheet on standard input opens the repository")
    commands.add_parser("produce", help="write a job's data to standard output").add_argument("job")
    return parser
