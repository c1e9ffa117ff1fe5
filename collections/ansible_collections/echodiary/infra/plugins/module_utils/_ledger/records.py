# SPDX-License-Identifier: GPL-3.0-or-later
"""Records that are read back: each is looked at before it is believed.

One that cannot be read, or is not what this program writes, counts as none; nothing is lost, for it is put aside under another name
before a new one takes its place. One that a newer version wrote is not touched, and says so.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, NamedTuple

from . import files, shapes

if TYPE_CHECKING:
    from .values import Json

_VERSION = shapes.fields({}, {"version": shapes.kind(int)})


class NewerError(files.LedgerError):
    """What a newer version of this program has written is not for this one to change."""


class Found(NamedTuple):
    """``record`` has the shape that was asked for, or is None when there is none to believe; ``fault`` says why, and is empty when none was
    ever written."""

    record: Any
    fault: str = ""


def read(path: str, shape: shapes.Shape, version: int) -> Found:
    """``version`` is the newest that this program knows; a record that names none is of the first."""
    try:
        with open(path, encoding="utf-8") as handle:
            found = json.load(handle)
    except FileNotFoundError:
        return Found(None)
    except OSError as error:
        return Found(None, f"cannot be read ({error.strerror})")
    except (ValueError, RecursionError) as error:
        return Found(None, f"is no JSON ({error})")
    return check(path, found, shape, version)


def check(path: str, found: Json, shape: shapes.Shape, version: int) -> Found:
    its = found.get("version", 1) if isinstance(found, dict) else 1
    if type(its) is int and its > version:
        import shlex  # only a refusal needs it

        raise NewerError(
            f"{path} was written by a newer version of echodiary.infra (format {its}, this one knows {version}): nothing was touched; "
            f"use that version, or begin anew: mv {shlex.quote(path)} {shlex.quote(free_name(path))}"
        )
    fault = shape(found) or _VERSION(found)
    return Found(None, f"is damaged (it{fault})") if fault else Found(found)


def free_name(path: str) -> str:
    """Where what is at ``path`` would be put aside."""
    number = 1
    while os.path.lexists(f"{path}.damaged-{number}"):
        number += 1
    return f"{path}.damaged-{number}"


def put_aside(path: str) -> str:
    """The new name of what was at ``path``."""
    name = free_name(path)
    os.rename(path, name)
    files.sync_directory(os.path.dirname(path))
    return name


def told(path: str, fault: str) -> str:
    """For people: what is wrong, and where it goes."""
    return f"{path} {fault}: it counts as nothing recorded, and is kept as {free_name(path)} once it is written anew"
