# SPDX-License-Identifier: GPL-3.0-or-later
"""A systemd timer and the command that it starts: declared as one thing, made of a timer, a service and the unit that has to be active.

All quoting is here. In a unit file ``%`` begins a specifier anywhere, ``$`` a variable in a command, and a backslash an escape
(systemd.service(5), systemd.syntax(7)): what is declared is taken word for word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, TypedDict, cast

from .._ledger import shapes
from . import model, protocol

if TYPE_CHECKING:
    from . import documents, sandbox

NAME, KEY, SHARED = "timer", "timers", model.ALONE
WORDS, PREFIX = ("timer", "timers"), "timer "
SCHEMA: model.Schema = {"type": "dict", "default": {}}
ENTRY: model.Schema = {
    "schedule": {"type": "str", "required": True},
    "command": {"type": "list", "elements": "str", "required": True},
    "description": {"type": "str"},
    "user": {"type": "str"},
    "group": {"type": "str"},
    "directory": {"type": "str"},
    "environment_file": {"type": "str"},
    "persistent": {"type": "bool", "default": True},
    "random_delay": {"type": "int", "default": 0},
    "timeout": {"type": "int", "default": 3600},
    "reads": {"type": "list", "elements": "str"},
    "writes": {"type": "list", "elements": "str"},
    "sandbox": {"type": "dict"},
}
SHAPE = shapes.fields({"parts": shapes.items(shapes.TEXT)})

FOLDER = "/etc/systemd/system/"
_NAME = r"[A-Za-z0-9][A-Za-z0-9_.-]*"
_ACCOUNT = r"[A-Za-z_][A-Za-z0-9_-]*|[0-9]+"
#: what a calendar expression is made of; systemd says whether it is one
_SCHEDULE = r"[A-Za-z0-9*][A-Za-z0-9*:.,/~ +_-]*"
_PATH = r"/[A-Za-z0-9_./@+-]*"
#: words that mean themselves without quotes
_PLAIN = r"[A-Za-z0-9_/.,:=@+-]+"
_ESCAPED = {"\\": "\\\\", '"': '\\"', "%": "%%", "$": "$$", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


class _Timer(TypedDict):
    schedule: str
    command: list[str]
    persistent: bool
    random_delay: int
    timeout: int


class Timer(_Timer, total=False):
    """As declared. ``random_delay``, ``timeout``: s; ``reads``, ``writes``, ``sandbox``: as ``sandbox.Needs`` has them."""

    description: str
    user: str
    group: str
    directory: str
    environment_file: str
    reads: list[str]
    writes: list[str]
    sandbox: dict[str, str | bool | None]


class Value(TypedDict):
    parts: list[str]


def checked(given: dict[str, Timer]) -> dict[str, Timer]:
    found = {name: cast("Timer", {key: one for key, one in timer.items() if one is not None}) for name, timer in given.items()}
    for name, timer in found.items():
        wrong = [*_wrong_name(name), *_wrong_words(timer), *_wrong_places(timer), *_wrong_numbers(timer), *_wrong_sandbox(timer)]
        if wrong:
            raise model.ConvergeError(f"timers {name}: {wrong[0]}")
    return found


def _wrong_name(name: str) -> Iterator[str]:
    if not re.fullmatch(_NAME, name) or name.endswith((".timer", ".service")):
        yield "the name is that of its units, without their suffix; use letters, digits, '_', '.' and '-'"


def _wrong_words(timer: Timer) -> Iterator[str]:
    if not re.fullmatch(_SCHEDULE, timer["schedule"]):
        yield f"schedule {timer['schedule']!r} is no calendar expression; write it as in '*-*-* 03:00:00' (man systemd.time)"
    if not timer["command"] or not re.fullmatch(_PATH, timer["command"][0]):
        yield "command has to begin with the whole path of a program, as in [/usr/bin/env, VALUE=1, program]"
    if any("\0" in word for word in timer["command"]):
        yield "command has a zero byte, which no argument can hold"
    if "\n" in timer.get("description", ""):
        yield "description has to be one line"


def _wrong_places(timer: Timer) -> Iterator[str]:
    for key in ("directory", "environment_file"):
        if not re.fullmatch(_PATH, str(timer.get(key, "/"))):
            yield f"{key} {timer.get(key)!r} has to be a whole path without blanks"
    for key in ("user", "group"):
        if not re.fullmatch(_ACCOUNT, str(timer.get(key, "root"))):
            yield f"{key} {timer.get(key)!r} is no name of a {key}"


def _wrong_numbers(timer: Timer) -> Iterator[str]:
    if timer["timeout"] < 1:
        yield f"timeout {timer['timeout']} has to be 1 or more seconds"
    if timer["random_delay"] < 0:
        yield f"random_delay {timer['random_delay']} has to be 0 or more seconds"


def _wrong_sandbox(timer: Timer) -> Iterator[str]:
    from . import sandbox  # nothing that a host loads

    try:
        sandbox.check(_needs(timer))
    except model.ConvergeError as error:
        yield str(error)


def _needs(timer: Timer) -> sandbox.Needs:
    from . import sandbox

    own = timer.get("user", "root") in ("root", "0")
    return sandbox.Needs(timer.get("reads", []), timer.get("writes", []), sandbox.words(timer.get("sandbox", {})), own)


def entries(declared: dict[str, Timer]) -> Mapping[str, model.Json]:
    return cast("Mapping[str, model.Json]", declared)


def values(declared: dict[str, Timer]) -> dict[str, Value]:
    return {name: {"parts": [f"path:{path}" for path in _paths(name)] + [f"unit:{unit}" for unit in _units(name)]} for name in declared}


def _paths(name: str) -> tuple[str, str]:
    return f"{FOLDER}{name}.service", f"{FOLDER}{name}.timer"


def _units(name: str) -> dict[str, documents.UnitSpec]:
    """Nobody starts the service but the timer; that systemd knows its file as it is has to be seen all the same."""
    return {f"{name}.service": {"consumes": []}, f"{name}.timer": {"consumes": [], "state": "started", "enabled": True}}


def parts(declared: dict[str, Timer]) -> dict[str, protocol.Parts]:
    return {name: _parts(name, timer) for name, timer in declared.items()}


def _parts(name: str, timer: Timer) -> protocol.Parts:
    service, clock = _paths(name)
    # systemd alone knows every form of a schedule, and takes one that it cannot read for none at all
    judge: documents.ValidatorSpec = {"command": ["systemd-analyze", "calendar", timer["schedule"]], "timeout": 20}
    return protocol.Parts({service: _service(name, timer), clock: _clock(name, timer)}, _units(name), [judge])


def _clock(name: str, timer: Timer) -> str:
    lines = [f"OnCalendar={timer['schedule']}", f"Persistent={str(timer['persistent']).lower()}"]
    if timer["random_delay"]:
        lines.append(f"RandomizedDelaySec={timer['random_delay']}")
    return _file(name, timer, {"Timer": lines, "Install": ["WantedBy=timers.target"]})


def _service(name: str, timer: Timer) -> str:
    from . import sandbox

    said = {
        "User": timer.get("user"),
        "Group": timer.get("group"),
        "WorkingDirectory": timer.get("directory"),
        "EnvironmentFile": timer.get("environment_file"),
    }
    lines = [f"{key}={value}" for key, value in said.items() if value is not None]
    lines += sandbox.lines(_needs(timer))
    command = " ".join([timer["command"][0], *map(quoted, timer["command"][1:])])
    return _file(name, timer, {"Service": ["Type=oneshot", *lines, f"TimeoutStartSec={timer['timeout']}", f"ExecStart={command}"]})


def _file(name: str, timer: Timer, sections: Mapping[str, list[str]]) -> str:
    head = f"# Made from timers in component.yml, which is the place to change it.\n[Unit]\nDescription={_described(name, timer)}\n"
    return head + "".join(f"\n[{section}]\n" + "".join(f"{line}\n" for line in lines) for section, lines in sections.items())


def _described(name: str, timer: Timer) -> str:
    """A backslash at the end of a line would join it to the next one."""
    return timer.get("description", name).replace("%", "%%").replace("\\", "/").strip() or name


def quoted(word: str) -> str:
    """One argument of ExecStart, as it reaches the program."""
    return word if re.fullmatch(_PLAIN, word) else '"' + "".join(_escaped(one) for one in word) + '"'


def _escaped(character: str) -> str:
    return _ESCAPED.get(character) or (f"\\x{ord(character):02x}" if character < " " or character == "\x7f" else character)
