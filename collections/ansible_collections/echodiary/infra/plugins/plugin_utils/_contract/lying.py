# SPDX-License-Identifier: GPL-3.0-or-later
"""Points that are seen before anything of an image runs: what it is for, who it runs as, what it carries, what its service shares. Pure."""

from __future__ import annotations

import re

from .shapes import Case, Finding, broken, kept, untried

_NO_PLATFORM = "no matching manifest"
_RUNTIME = re.compile(r"^.*(?:unable to start container process|Error response from daemon): |: unknown\.?$")
_ABSENT = "the image is not on this host, and a check pulls nothing"


def image(case: Case) -> Finding:
    had = case.seen["had"].removeprefix("nothing was touched: ")
    return broken("image", had) if had and _NO_PLATFORM not in had else kept("image")


def architecture(case: Case) -> Finding:
    machine, found = case.seen["machine"], case.seen["image"]
    if _NO_PLATFORM in case.seen["had"]:
        return broken("architecture", f"the registry has it for other platforms than {machine}, which this host is")
    platforms = [found["platform"]] if found else case.seen["platforms"]
    if not platforms:
        return untried("architecture", _lacking(case))
    if machine in platforms:
        return kept("architecture")
    return broken("architecture", f"it is built for {', '.join(platforms)}, and this host is {machine}")


def user(case: Case) -> Finding:
    found, service = case.seen["image"], case.seen["service"]
    if service and service["user"]:
        return kept("user")
    if not found:
        return untried("user", _lacking(case))
    if is_root(found["user"]):
        said = f"USER is {found['user']}" if found["user"] else "it has no USER"
        return broken("user", f"it runs as root: {said}")
    process = case.trial.get("process")
    if process and process["uid"] == 0:
        return broken("user", f"its process 1 ({process['name']}) is root's: USER {found['user']} has number 0 in it")
    return kept("user")


def is_root(name: str) -> bool:
    return name.partition(":")[0] in ("", "0", "root")


def secrets(case: Case) -> Finding:
    found = case.seen["image"]
    if not found:
        return untried("secrets", _lacking(case))
    if not found["secrets"]:
        return kept("secrets")
    return broken("secrets", f"whoever has the image can read the values of {', '.join(found['secrets'])} (docker image inspect)")


def schema(case: Case) -> Finding:
    if case.wanted.migrate != "alembic":
        return untried("schema", "a deploy alone runs migrate.command" if case.wanted.migrate else "the component declares no migrate")
    said = case.seen["schema"]
    if said is None:
        return untried("schema", "it was not started")
    if not said["code"]:
        return kept("schema")
    return broken("schema", f"migrate asks for Alembic, and its python ended with {said['code']}: {last_line(said['text'])}")


def beside(case: Case) -> Finding:
    service, refused = case.seen["service"], case.trial.get("refused", "")
    shared = service["shared"] if service else []
    if shared:
        return broken("beside", f"a second copy cannot run beside the first: both would have {', '.join(shared)}")
    if is_taken(refused):
        return broken("beside", f"a second copy cannot run beside the first: {last_line(refused)}")
    return kept("beside") if service else untried("beside", "the Compose file was not read")


def is_taken(refused: str) -> bool:
    return any(words in refused for words in ("port is already allocated", "address already in use", "is already in use by container"))


def last_line(text: str) -> str:
    """Without what the container's runtime says around it."""
    return _RUNTIME.sub("", " ".join((text.strip().splitlines() or ["nothing"])[-1].split()))[:300]


def _lacking(case: Case) -> str:
    if case.seen["platforms"] and case.seen["machine"] not in case.seen["platforms"]:
        return "nothing was pulled, since it is for other machines"
    return "the image could not be had" if case.seen["had"] else _ABSENT
