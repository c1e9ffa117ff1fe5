# SPDX-License-Identifier: GPL-3.0-or-later
"""Points that are seen while a copy runs, and when it ends. One cause is told once: what only follows from it counts as not tried. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...module_utils._contract import sockets
from .lying import is_taken, last_line
from .shapes import Case, Finding, broken, kept, untried

if TYPE_CHECKING:
    from ...module_utils._contract.shapes import Trial

_NOT_UP = "it did not stay up"
_NOT_WELL = "it did not become well"
_HINTS = (
    ("exec format error", "its program is for another processor, or a script without #! in its first line"),
    ("executable file not found", "that program is not in it"),
    ("no such file or directory", "that file, or the interpreter that its first line names, is not in it"),
    ("permission denied", "its user may not run, read or write that"),
)


def not_started(case: Case) -> str:
    """Why nothing was started; empty where something was."""
    if case.seen["trial"] is not None:
        return ""
    if case.wanted.works:
        return "it takes work by itself, and a copy would take some, too"
    return "what is seen before it starts keeps it from starting" if case.wanted.start else "nothing was started"


def starts(case: Case) -> Finding:
    trial = case.trial
    refused = trial.get("refused", "")
    if refused:
        return untried("starts", "a second copy has no place") if is_taken(refused) else broken("starts", f"Docker says: {hinted(refused)}")
    if trial.get("ended") and not trial["out_of_memory"]:
        said = hinted(trial["log"]) if trial["log"].strip() else "nothing"
        return broken("starts", f"its process ended with {trial['code']} by itself; the last it said: {said}")
    return kept("starts")


def hinted(text: str) -> str:
    """The last line, and what it means where that is known."""
    hint = next((words for sign, words in _HINTS if sign in text.lower()), "")
    return f"{last_line(text)} ({hint})" if hint else last_line(text)


def memory(case: Case) -> Finding:
    trial, service = case.trial, case.seen["service"]
    limited = bool(service and service["limit"])
    if not trial.get("out_of_memory"):
        return kept("memory") if limited and case.runs else untried("memory", _NOT_UP if limited else "it has no mem_limit")
    limit = f"{service['limit'] / 2**20:.0f} MiB" if service and service["limit"] else "none of its own"
    return broken("memory", f"it was killed for the memory that it took; its limit (mem_limit) is {limit}")


def listens(case: Case) -> Finding:
    service, port = case.seen["service"], (case.seen["service"] or {"port": 0})["port"]
    if not port:
        return untried("listens", "its service publishes no ${PORT}, so nobody knows where it has to listen" if service else _NOT_UP)
    if not case.runs:
        return untried("listens", _NOT_UP)
    listening = case.trial.get("listening", [])
    addresses = [address for address, number in listening if number == port]
    if sockets.is_lonely(listening, port):
        return broken("listens", f"it listens on {addresses[0]}:{port} only, so nobody outside of its container reaches it")
    if addresses:
        return kept("listens")
    others = ", ".join(f"{address}:{number}" for address, number in listening) or "nothing"
    return broken("listens", f"it has to listen on port {port}, which the Compose file publishes, and listens on {others}")


def _unheard(case: Case) -> str:
    """Why nobody can have been answered."""
    if not case.runs:
        return _NOT_UP
    return "nobody reaches it" if listens(case).verdict == "broken" else ""


def check(case: Case) -> Finding:
    unheard = _unheard(case)
    if unheard:
        return untried("check", unheard)
    trial, wanted = case.trial, case.wanted
    asked = f"GET {wanted.check_path}"
    if trial["plain"]["status"] != wanted.check_status and trial["check"]["status"] != wanted.check_status:
        return broken("check", f"{asked} {_answered(trial)}, not {wanted.check_status}, after {wanted.deadline:.0f} s")
    return broken("check", f"after {wanted.deadline:.0f} s {trial['probe']}") if trial["probe"] else kept("check")


def _answered(trial: Trial) -> str:
    answer = trial["plain"]
    return f"answers {answer['status']} ({last_line(answer['text'])})" if answer["status"] else f"has no answer ({answer['text']})"


def host(case: Case) -> Finding:
    unheard = _unheard(case)
    if unheard:
        return untried("host", unheard)
    trial, wanted = case.trial, case.wanted
    if trial["check"]["status"] == wanted.check_status:
        return kept("host")
    if trial["plain"]["status"] != wanted.check_status:
        return untried("host", "it answers by no name")
    said = f"{trial['check']['status']} by the name {wanted.check_host} and {wanted.check_status} by its address"
    return broken("host", f"GET {wanted.check_path} is answered {said}: HAProxy would find the slot down")


def requests(case: Case) -> Finding:
    if not case.wanted.asks:
        return untried("requests", "the component declares none")
    if not case.well:
        return untried("requests", _NOT_WELL)
    return broken("requests", case.trial["requests"]) if case.trial["requests"] else kept("requests")


def metrics(case: Case) -> Finding:
    if not case.wanted.scraped:
        return untried("metrics", "the component's monitoring.yml has no target in it")
    if not case.well:
        return untried("metrics", _NOT_WELL)
    for one in case.trial["metrics"]:
        if one["status"] != 200:
            return broken("metrics", f"GET {one['path']} answers {one['status'] or one['wrong']}, not 200")
        if not one["samples"]:
            said = f"its line '{one['wrong']}' is no sample" if one["wrong"] else "there is no sample in it"
            return broken("metrics", f"what GET {one['path']} answers is not Prometheus' text format: {said}")
    return kept("metrics")


def healthcheck(case: Case) -> Finding:
    if not case.well:
        return untried("healthcheck", _NOT_WELL)
    said = case.trial["healthcheck"]
    if said is None:
        return untried("healthcheck", "it has none")
    if not said["code"]:
        return kept("healthcheck")
    return broken("healthcheck", f"it serves, and its HEALTHCHECK ends with {said['code']}: {hinted(said['text'])}")
