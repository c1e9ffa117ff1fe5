# SPDX-License-Identifier: GPL-3.0-or-later
"""How long it takes to say "nothing to do" to an AWS account: ``provision --check``, and the same resources as module tasks in check mode.

Both ask the imitation of AWS that this process is; its own processor time counts for neither.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from ansible_collections.echodiary.infra.plugins.plugin_utils._account import aws, declaration, model, plan, run
from ansible_collections.echodiary.infra.plugins.plugin_utils._account import observe as observing

from benchmarks.measure import Stopwatch
from lab.strict.server import Server
from tests.integration.account.environment import ACCOUNT, DECLARED, LOGIN, REGION, Environment

RESULTS = Path(__file__).parent / "results"
#: seconds that every call takes: none, as from the same region, as from far away
DELAYS = (0.0, 0.06, 0.15)
#: how many environments stand in the account, the one that is asked among them
NEIGHBOURS = (1, 2, 4)
PLAYBOOK = str(Path(sys.executable).with_name("ansible-playbook"))


class Measured(NamedTuple):
    """Of one run: wall clock (s), processor time of it and its children (s), calls that AWS was asked."""

    wall: float
    processor: float
    calls: int


def measured(server: Server, command: list[str], environment: dict[str, str]) -> Measured:
    server.forget()
    watch = Stopwatch()
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    took, wrote = watch.read(), [one.operation for one in server.writes()]
    if done.returncode or wrote:
        raise SystemExit(f"{' '.join(command)}: failed, or wrote in check mode ({', '.join(wrote)})\n{done.stdout}{done.stderr}")
    return Measured(took.wall, took.cpu, len(server.calls()))


def declared() -> declaration.Environment:
    return declaration.read(DECLARED, "production", ACCOUNT, REGION, {})


def tasks(server: Server) -> list[dict[str, Any]]:
    """What kinds would ask of modules to make what is there. Kinds that no module changes have none, and are asked of ours alone."""
    env = declared()
    asked = aws.Aws(aws.Login(REGION, server.url, LOGIN["AWS_ACCESS_KEY_ID"], LOGIN["AWS_SECRET_ACCESS_KEY"]))
    seen = observing.everything(asked, env)
    ids, known, kinds = plan.known_ids(seen), {one.resource: one for one in seen}, run.kinds()
    found: list[dict[str, Any]] = []
    for want in run.wanted(env):
        fields = {name: plan.resolved(value, ids) for name, value in want.fields.items()}
        goal = model.Goal(want.resource.name, known[want.resource].id, fields, {}, known[want.resource].fields | {"tags": {}})
        calls = modules(asked, kinds[want.resource.kind].hands(goal))
        found += [{"name": str(want.resource), call.name: {**asked.login.arguments(), **call.args}} for call in calls]
    return found


def modules(asked: aws.Aws, calls: model.Calls) -> Iterator[model.Module]:
    """Questions on the way are asked, changes are not made."""
    answer: Any = None
    while True:
        try:
            call = calls.send(answer)
        except StopIteration:
            return
        if isinstance(call, model.Module):
            yield call
        reads = isinstance(call, model.Api) and call.operation.startswith("describe")
        answer = asked.call(call.service, call.operation, call.args) if isinstance(call, model.Api) and reads else {}


def contenders(server: Server, env: Environment, place: Path) -> dict[str, list[str]]:
    play = [{"hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": tasks(server)}]
    (place / "tasks.json").write_text(json.dumps(play))
    return {
        "ours": [PLAYBOOK, "-i", str(env.inventory), "playbooks/provision.yml", "--check"],
        "module tasks": [PLAYBOOK, "-i", "localhost,", str(place / "tasks.json"), "--check"],
    }


def rounds(server: Server, env: Environment, place: Path, count: int) -> dict[str, list[Measured]]:
    """In turn, another one first each time. What takes module tasks minutes is measured once for each delay."""
    found: dict[str, list[Measured]] = {}
    for delay in DELAYS:
        server.delay(delay)
        for number in range(count):
            for name, command in sorted(contenders(server, env, place).items(), reverse=bool(number % 2)):
                if name == "ours" or number == 0 or not delay:
                    found.setdefault(f"{name}, {delay * 1000:.0f} ms per call", []).append(measured(server, command, given(server, place)))
    server.delay(0)
    return found


def given(server: Server, place: Path) -> dict[str, str]:
    own = {"AWS_ENDPOINT_URL": server.url, "XDG_STATE_HOME": str(place / "state"), "ANSIBLE_PYTHON_INTERPRETER": sys.executable}
    return {**os.environ, **LOGIN, **own}


def among_others(server: Server, env: Environment, place: Path, count: int) -> dict[str, list[Measured]]:
    """One environment looked at while more and more of them stand in its account."""
    found: dict[str, list[Measured]] = {}
    there = 1
    for wanted in NEIGHBOURS:
        while there < wanted:
            beside(server, place / f"beside{there}", there)
            there += 1
        command = contenders(server, env, place)["ours"]
        found[f"ours, {wanted} environments in the account"] = [measured(server, command, given(server, place)) for _ in range(count)]
    return found


def beside(server: Server, place: Path, number: int) -> None:
    place.mkdir()
    other = Environment(server, place)
    other.declare(network={**DECLARED["network"], "cidr": f"10.{30 + number}.0.0/16"}, images={"repository": f"echodiary-{number}"})
    named = other.inventory / "group_vars/all/main.yml"
    named.write_text(named.read_text().replace("echodiary_environment: production", f"echodiary_environment: beside{number}"))
    other.apply()


def table(found: dict[str, list[Measured]], resources: int, asked: int) -> str:
    lines = [f"{resources} resources; {asked} module tasks stand for those that modules know", ""]
    lines += ["| | runs | wall s | processor s | calls |", "|---|---|---|---|---|"]
    for name, values in found.items():
        middle = Measured(*(statistics.median(column) for column in zip(*values, strict=True)))
        lines.append(f"| {name} | {len(values)} | {middle.wall:.2f} | {middle.processor:.2f} | {middle.calls:.0f} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    count = parser.parse_args().rounds
    with Server() as server, tempfile.TemporaryDirectory() as folder:
        env = Environment(server, Path(folder))
        env.apply()
        found = rounds(server, env, Path(folder), count)
        found.update(among_others(server, env, Path(folder), count))
        text = table(found, len(run.wanted(declared())), len(tasks(server)))
    stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H%M%SZ")
    (RESULTS / f"account-{stamp}.json").write_text(
        json.dumps({name: [one._asdict() for one in values] for name, values in found.items()}, indent=1)
    )
    (RESULTS / f"account-{stamp}.md").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
