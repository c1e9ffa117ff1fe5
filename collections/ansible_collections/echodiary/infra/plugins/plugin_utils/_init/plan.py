# SPDX-License-Identifier: GPL-3.0-or-later
"""From answers to files. What is there stays as it is; a file that lists things gets a line more, and none of its own is changed. Pure."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from .._common import pinned
from .._common.errors import SpecError
from . import skeleton
from .shapes import Answers, File

ENVIRONMENT = "production"
INVENTORY = f"inventories/{ENVIRONMENT}"
PIN = f"{INVENTORY}/group_vars/all/release.yml"
COMPONENTS = f"{INVENTORY}/group_vars/app/main.yml"
VARIABLES = f"{INVENTORY}/group_vars/all/main.yml"
HOSTS = (f"{INVENTORY}/hosts.yml", f"{INVENTORY}/aws_ec2.yml")
FIRST_PORT = 8001
PIN_COMMENT = "What runs. Deploys and rollbacks write it; commit it."
_ONE_LINE = re.compile(r"^components: \[([\w., ]*)\] *(#.*)?$", re.M)


def plan(answers: Answers, existing: Mapping[str, str]) -> list[File]:
    """``existing``: path -> text of what the directory has. In the order in which people read them. SpecError where it does not fit."""
    _check_hosts(answers, existing)
    _check_default(answers, existing)
    values = skeleton.values(answers, _ports(answers.app, existing))
    files = [_file(path, text, existing, answers) for path, text in skeleton.files(answers, values)]
    return [*files, _pin(answers, existing)]


def _file(path: str, text: str, existing: Mapping[str, str], answers: Answers) -> File:
    before = existing.get(path)
    if before is None:
        return File(path, None, text)
    if path == COMPONENTS:
        return _listed(answers.app, path, before)
    return File(path, before, before, _todo(answers, path, before))


def _pin(answers: Answers, existing: Mapping[str, str]) -> File:
    before = existing.get(PIN)
    variable = f"{answers.app}_image"
    if before is not None and re.search(rf"^{variable}:", before, re.M):
        return File(PIN, before, before)
    try:
        return File(PIN, before, pinned.text(before or "", variable, answers.image.reference, PIN_COMMENT))
    except ValueError as error:
        raise SpecError(f"{PIN}: {error}; mend it, then run this again") from None


def _listed(app: str, path: str, before: str) -> File:
    """One line in brackets gets a word more; whatever else somebody made of it is theirs to change."""
    if app in _components(before):
        return File(path, before, before)
    found = _ONE_LINE.search(before)
    if not found:
        return File(path, before, before, f"add {app} to components")
    return File(path, before, before[: found.end(1)] + (", " if found[1].strip() else "") + app + before[found.end(1) :])


def _components(text: str) -> list[str]:
    found = _yaml(text).get("components")
    return [str(one) for one in found] if isinstance(found, list) else []


def _todo(answers: Answers, path: str, before: str) -> str:
    """What of the answers is not in a file that stays as it is."""
    if path in HOSTS:
        absent = [host.name for host in answers.hosts if not re.search(rf"(?<![\w.:-]){re.escape(host.name)}(?![\w.-])", before)]
        return f"add {', '.join(absent)}" if absent else ""
    registry = answers.image.repository.partition("/")[0]
    if path != VARIABLES or registry in before:
        return ""
    if skeleton.ECR.fullmatch(registry):
        return f"add {{{registry}: ecr-login}} to docker_credential_helpers: hosts in AWS log in to it by that"
    return f"add {registry} to docker_insecure_registries: it has no TLS" if answers.plain else ""


def _check_hosts(answers: Answers, existing: Mapping[str, str]) -> None:
    if not answers.hosts and not answers.region and not any(path in existing for path in HOSTS):
        raise SpecError("addresses is missing; add -e addresses=admin@203.0.113.10 (several: with commas), or -e addresses=aws:<region>")


def _check_default(answers: Answers, existing: Mapping[str, str]) -> None:
    """Requests for a name that nobody claims are one application's."""
    others = [app for app, defaults in _applications(existing) if app != answers.app and not defaults.get(f"{app}_domains")]
    if others and not answers.domains and f"roles/{answers.app}/defaults/main.yml" not in existing:
        raise SpecError(
            f"domains is missing: {others[0]} gets every request that is nobody else's, so {answers.app} needs host names of its own; "
            f"add -e domains={answers.app}.example.org"
        )


def _ports(app: str, existing: Mapping[str, str]) -> tuple[int, int]:
    """Two in a row that none of the other applications has."""
    taken = {int(port) for other, defaults in _applications(existing) if other != app for port in _slots(other, defaults)}
    first = FIRST_PORT
    while {first, first + 1} & taken:
        first += 2
    return first, first + 1


def _slots(app: str, defaults: Mapping[str, Any]) -> Iterator[int]:
    found = defaults.get(f"{app}_ports")
    yield from (port for port in (found.values() if isinstance(found, dict) else ()) if isinstance(port, int))


def _applications(existing: Mapping[str, str]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Name and defaults of each that has slots."""
    for path, text in existing.items():
        role = posixpath.dirname(posixpath.dirname(path))
        if posixpath.dirname(role) == "roles" and path.endswith("/defaults/main.yml"):
            app = posixpath.basename(role)
            defaults = _yaml(text)
            if f"{app}_ports" in defaults:
                yield app, defaults


def _yaml(text: str) -> Mapping[str, Any]:
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError:
        return {}
    return found if isinstance(found, dict) else {}
