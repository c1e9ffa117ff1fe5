# SPDX-License-Identifier: GPL-3.0-or-later
"""Where everything is: the checkout, the inventory, the environment's name, and what is kept between runs."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from ansible_collections.echodiary.infra.plugins.module_utils._ledger import files, journal

from gitops.errors import BlockedError, GitopsError

#: what is held is held for milliseconds (s)
LOCK_WAIT = 10.0


@dataclass(frozen=True)
class Workspace:
    """``root``: the checkout. ``inventory``: absolute. ``state``: plans, pauses, history. ``reports``: what people open."""

    root: Path
    inventory: Path
    environment: str
    state: Path
    reports: Path

    @property
    def policy(self) -> Path:
        return self.root / "gitops" / "environments" / f"{self.environment}.yml"


def find(inventory: str, environment: str, state: str, reports: str, start: Path) -> Workspace:
    root = _root(start)
    source = (start / inventory).absolute() if inventory else root / "inventories" / "local"
    if not source.exists():
        raise GitopsError(f"inventory {source} does not exist; name one with -i, as in -i inventories/production")
    name = environment or _environment(source)
    return Workspace(root, source, name, (start / state).absolute() / name, (start / reports).absolute() / name)


def _root(start: Path) -> Path:
    for directory in (start, *start.parents):
        if (directory / "playbooks" / "drift.yml").is_file() and (directory / "ansible.cfg").is_file():
            return directory
    raise GitopsError(f"{start} is in no checkout of the infrastructure (no playbooks/drift.yml above it); change into one")


def _environment(inventory: Path) -> str:
    """What the inventory calls itself, else the name of its directory: known before a first check."""
    for path in sorted(inventory.glob("group_vars/all/*.yml")) if inventory.is_dir() else []:
        try:
            found = yaml.safe_load(path.read_text(encoding="utf-8"))
        except (OSError, yaml.YAMLError):
            continue  # Ansible will say what is wrong with it
        if isinstance(found, dict) and isinstance(found.get("echodiary_environment"), str):
            return str(found["echodiary_environment"])
    return inventory.name if inventory.is_dir() else inventory.stem


def inventory_in(place: Workspace, project: Path) -> Path:
    """The inventory as the project's commit has it: it says what is desired. One that git does not have is what it is."""
    if place.inventory.is_relative_to(place.root):
        there = project / place.inventory.relative_to(place.root)
        if there.exists():
            return there
    return place.inventory


def read_json(path: Path, default: Any) -> Any:
    """What is kept; the default where nothing is. A damaged file is said, not guessed around."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return default
    except (OSError, ValueError) as error:
        raise GitopsError(f"{path} cannot be read: {error}; mend it, or move it away to begin anew") from error


def write_json(path: Path, data: Any) -> None:
    """By rename, for this account only."""
    with _writing(path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        files.write_json(str(path), data, 0o600)


def append_line(path: Path, record: dict[str, Any]) -> None:
    """One more line of a journal, for this account only. One that grows too long goes on in a new file."""
    with _writing(path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with files.locked(str(path)):
            journal.append(str(path), record)


@contextlib.contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise GitopsError(f"{path} cannot be written: {error.strerror}; name another directory with --state") from error
    except files.LedgerError as error:
        raise BlockedError(str(error)) from error


@contextlib.contextmanager
def held(place: Workspace, name: str) -> Iterator[None]:
    """What is kept under this name is read, changed and written by one process at a time; the others wait their turn."""
    with contextlib.ExitStack() as stack:
        with _writing(place.state):
            _enter(stack, place, name, LOCK_WAIT)
        yield


@contextlib.contextmanager
def only_one(place: Workspace, what: str) -> Iterator[None]:
    """One operation at a time on this machine; the lease on the fleet keeps other machines out."""
    with contextlib.ExitStack() as stack:
        try:
            with _writing(place.state):
                _enter(stack, place, what, 0)
        except BlockedError:
            raise BlockedError(f"another {what} of {place.environment} runs on this machine; wait for it") from None
        yield


def _enter(stack: contextlib.ExitStack, place: Workspace, name: str, wait: float) -> None:
    """What fails in the block that follows has not failed here."""
    place.state.mkdir(mode=0o700, parents=True, exist_ok=True)
    stack.enter_context(files.locked(str(place.state / name), wait))
