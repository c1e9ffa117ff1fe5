# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line: python -m gitops [-i INVENTORY] [-o table|json|markdown] VERB. Exit codes are in exits.py."""

from __future__ import annotations

import argparse
import contextlib
import datetime
import os
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from ansible_collections.echodiary.infra.plugins.plugin_utils._common import identity, timestamps

from gitops import accept, clock, exits, history, logs, operations, pauses, policy, questions, render, runner, workspace
from gitops.errors import GitopsError

Verb = Callable[[argparse.Namespace, operations.Context], int]


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    verb: Verb = options.run
    try:
        runner.listen()
        with render.progress("checking") if options.asks else contextlib.nullcontext() as on_host:
            return verb(options, _context(options, on_host))
    except GitopsError as error:
        render.say(f"gitops: {error}")
        return error.code
    except KeyboardInterrupt:
        render.say("gitops: interrupted; what a host had begun is finished or taken back by its next converge")
        return exits.ERROR


def _context(options: argparse.Namespace, on_host: Callable[[str], None] | None) -> operations.Context:
    where = workspace.find(options.inventory, options.environment, options.state, options.reports, Path.cwd())
    named = Path(options.policy).absolute() if options.policy else where.policy
    if options.policy and not named.exists():
        raise GitopsError(f"policy {named} does not exist; name one with --policy, or leave it out")
    rules = policy.load(named)
    return operations.Context(where, rules, clock.RealClock(), render.say, on_host, fixed_policy=bool(options.policy))


def _wanted(options: argparse.Namespace) -> operations.Wanted:
    return operations.Wanted(options.limit, options.component, options.schema)


# Verbs


def _status(options: argparse.Namespace, context: operations.Context) -> int:
    report = operations.status(context, _wanted(options))
    render.report(report, options.output, details=options.details)
    return exits.of(report)


def _plan(options: argparse.Namespace, context: operations.Context) -> int:
    report, made, left = operations.plan(context, _wanted(options))
    part = {"--limit": ",".join(options.limit), "--component": ",".join(options.component)}
    render.plan(report, made, left, options.output, [word for flag, names in part.items() if names for word in (flag, names)])
    return exits.of(report)


def _sync(options: argparse.Namespace, context: operations.Context) -> int:
    report, code = operations.sync(context, _wanted(options), options.plan, options.reason)
    render.report(report, options.output, title="Sync")
    return code


def _accept(options: argparse.Namespace, context: operations.Context) -> int:
    """Nothing on a host is changed."""
    decision = accept.Decision(options.resource, options.reason, _day(options.until), not options.limit)
    report = operations.status(context, operations.Wanted(options.limit))
    done = accept.accept(context.place, report, decision)
    for one in done:
        for told in one.accepted:
            render.out(f"{told}: let be{f' until {decision.until}' if decision.until else ''}")
    paths = " ".join(shlex.quote(os.path.relpath(one.path)) for one in done)
    render.out(f"next: read it, then git add {paths} && git commit -m {shlex.quote(f'accept {decision.resource}: {decision.reason}')}")
    return exits.GOOD


def _day(given: str) -> str:
    try:
        return datetime.date.fromisoformat(given).isoformat() if given else ""
    except ValueError:
        raise GitopsError(f"until {given!r} is no day; write it as 2027-01-31") from None


def _wait(options: argparse.Namespace, context: operations.Context) -> int:
    both = not options.sync and not options.health
    report, code = operations.wait(
        context, _wanted(options), _span(options.timeout), sync=options.sync or both, health=options.health or both
    )
    render.report(report, options.output)
    return code


def _history(options: argparse.Namespace, context: operations.Context) -> int:
    render.entries(history.read(context.place, options.last), options.output)
    return exits.GOOD


def _pause(options: argparse.Namespace, context: operations.Context) -> int:
    now = context.clock.now()
    try:
        until = timestamps.to_wall(options.until) if options.until else now + clock.seconds(options.span)
    except ValueError as error:
        raise GitopsError(str(error)) from error
    pause = pauses.Pause(options.host, options.component, options.reason, until, identity.owner(os.environ), now)
    pauses.add(context.place, pause, now)
    scope = f"{pause.host}/{pause.component}"
    history.append(context.place, now, "pause", "done", what=scope, reason=options.reason, until=timestamps.to_text(until))
    render.out(f"{scope}: nothing is put right until {timestamps.to_text(until)}: {options.reason}")
    return exits.GOOD


def _resume(options: argparse.Namespace, context: operations.Context) -> int:
    """Ends pauses, and gives what flapped another chance."""
    from gitops.watch import loop

    now = context.clock.now()
    freed = loop.resume(context, options.host, options.component)
    ended = pauses.remove(context.place, options.host, options.component, now, needed=not freed)
    for scope, reason in [*((f"{one.host}/{one.component}", one.reason) for one in ended), *((key, "Flapping") for key in freed)]:
        history.append(context.place, now, "resume", "done", what=scope, reason=reason)
        render.out(f"{scope}: resumed")
    return exits.GOOD


def _logs(options: argparse.Namespace, context: operations.Context) -> int:
    words = (options.since, options.until, options.limit, options.component, options.level, options.request, options.grep, options.store)
    question = questions.judged(questions.Typed(*words, options.last), context.clock.now())
    shown = render.Log(question, "json" if options.json else options.output, [options.inventory] if options.inventory else [])
    if options.follow:
        return _follow(options, context, question, shown)
    told = logs.ask(context, question)
    shown.whole(told)
    return logs.code(told)


def _follow(options: argparse.Namespace, context: operations.Context, question: questions.Question, shown: render.Log) -> int:
    """Ctrl-C is how it ends."""
    if options.until:
        raise GitopsError("follow goes on and until ends; leave one of both out")
    try:
        logs.follow(context, question, shown.more)
    except KeyboardInterrupt:
        shown.end()
    return exits.GOOD


def _watch(options: argparse.Namespace, context: operations.Context) -> int:
    from gitops.watch import loop

    return loop.watch(context, once=options.once)


def _span(given: str) -> float:
    try:
        return clock.seconds(given)
    except ValueError as error:
        raise GitopsError(str(error)) from error


# Options


class _Parser(argparse.ArgumentParser):
    """argparse ends with 2, which says here that something differs from git."""

    def error(self, message: str) -> NoReturn:
        self.exit(exits.ERROR, f"gitops: {message}; see: python -m {self.prog} --help\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="gitops",
        description="Say what differs from git, and put it right.",
        epilog="Exit codes: " + "; ".join(f"{code} {meaning}" for code, meaning in exits.MEANINGS.items()) + ".",
    )
    parser.add_argument("-i", "--inventory", default="", help="inventory (default: inventories/local)")
    parser.add_argument("-o", "--output", choices=render.FORMS, default="table")
    parser.add_argument("--environment", default="", help="its name, where the inventory does not say it")
    parser.add_argument("--policy", default="", help="policy (default: gitops/environments/<environment>.yml)")
    parser.add_argument("--state", default=".gitops", help="where plans, pauses and history are kept")
    parser.add_argument("--reports", default=".drift", help="where reports are written")
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    _add_asking(verbs)
    _add_logs(verbs)
    _add_keeping(verbs)
    return parser


def _add_asking(verbs: argparse._SubParsersAction[_Parser]) -> None:
    _asking(verbs, "status", _status, "check the fleet and say what differs").set_defaults(details=False)
    _asking(verbs, "diff", _status, "the same with every difference in full").set_defaults(details=True)
    _asking(verbs, "plan", _plan, "say what a sync would do, under an id that a sync can be bound to")
    sync = _asking(verbs, "sync", _sync, "put right what is out of sync, and nothing else")
    sync.add_argument("--plan", default="", metavar="ID", help="only if this plan is still true")
    sync.add_argument("--reason", default="", help="why, for the history and the lease")
    wait = _asking(verbs, "wait", _wait, "check until the fleet is in sync and healthy")
    wait.add_argument("--timeout", default="10min", help="such as 90s, 10min (default: %(default)s)")
    wait.add_argument("--sync", action="store_true", help="in sync is enough")
    wait.add_argument("--health", action="store_true", help="healthy is enough")


def _asking(verbs: argparse._SubParsersAction[_Parser], name: str, run: Verb, said: str) -> argparse.ArgumentParser:
    parser = verbs.add_parser(name, help=said, description=said)
    parser.add_argument("--limit", type=_names, default=[], metavar="HOSTS", help="hosts or groups, with commas; aws is the account")
    parser.add_argument("--component", type=_names, default=[], metavar="NAMES", help="components, separated by commas")
    parser.add_argument("--schema", action="store_true", help="compare the schema of the database as well, which takes longer")
    parser.set_defaults(run=run, asks=sys.stderr.isatty())
    return parser


def _add_logs(verbs: argparse._SubParsersAction[_Parser]) -> None:
    said = "lines of log of all hosts, from where they are kept"
    parser = verbs.add_parser("logs", help=said, description=said)
    parser.add_argument("--since", default="15m", metavar="WHEN", help="15m, 2h, 1d, or a time with its offset (default: %(default)s)")
    parser.add_argument("--until", default="", metavar="WHEN", help="the same; now by default")
    parser.add_argument("--host", "--limit", dest="limit", type=_names, default=[], metavar="HOSTS", help="hosts or groups, with commas")
    parser.add_argument("--component", type=_names, default=[], metavar="NAMES", help="components or programs of the journal, with commas")
    parser.add_argument("--level", default="", metavar="LEVEL", help="this one and what is worse: DEBUG, INFO, WARNING, ERROR, CRITICAL")
    parser.add_argument("--request", default="", metavar="ID", help="one request, through everything that it went through")
    parser.add_argument("--grep", default="", metavar="TEXT", help="what the text contains, letter by letter")
    parser.add_argument("--store", choices=questions.STORES, default="all", help="errors and audit are kept longer (default: %(default)s)")
    parser.add_argument("--last", type=int, default=200, metavar="N", help="as many of the newest (default: %(default)s)")
    parser.add_argument("--follow", action="store_true", help="go on with what comes, until Ctrl-C")
    parser.add_argument("--json", action="store_true", help="an object for each line, with all of its fields")
    parser.set_defaults(run=_logs, asks=False)


def _add_keeping(verbs: argparse._SubParsersAction[_Parser]) -> None:
    let = verbs.add_parser("accept", help="let a difference be: written into the inventory, or the policy, to be committed")
    let.add_argument("resource", metavar="RESOURCE", help="as a check names it, such as stranger:/etc/cron.d/backup, or a glob")
    let.add_argument("--reason", required=True)
    let.add_argument("--until", default="", metavar="DAY", help="the last day, as in 2027-01-31")
    let.add_argument("--limit", type=_names, default=[], metavar="HOSTS", help="hosts or groups, separated by commas")
    let.set_defaults(run=_accept, asks=sys.stderr.isatty())
    past = verbs.add_parser("history", help="what was done, by whom, why, and how it ended")
    past.add_argument("--last", type=int, default=20, metavar="N")
    past.set_defaults(run=_history, asks=False)
    pause = verbs.add_parser("pause", help="put nothing right for a while")
    until = pause.add_mutually_exclusive_group(required=True)
    until.add_argument("--for", dest="span", default="", metavar="SPAN", help="such as 2h")
    until.add_argument("--until", default="", metavar="TIME", help="a date, or a time with its offset")
    pause.add_argument("--reason", required=True)
    resume = verbs.add_parser("resume", help="end a pause")
    for parser, run in ((pause, _pause), (resume, _resume)):
        parser.add_argument("--host", default="*")
        parser.add_argument("--component", default="*")
        parser.set_defaults(run=run, asks=False)
    watch = verbs.add_parser("watch", help="fetch, check, tell, and put right what the policy says, again and again")
    watch.add_argument("--once", action="store_true", help="one round, as a timer wants it")
    watch.set_defaults(run=_watch, asks=False)


def _names(given: str) -> list[str]:
    return [name.strip() for name in given.split(",") if name.strip()]
