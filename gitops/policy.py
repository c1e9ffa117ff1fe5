# SPDX-License-Identifier: GPL-3.0-or-later
"""What may be done about drift: modes, windows, ignore rules, waves. Kept in git, read strictly, one file per environment."""

from __future__ import annotations

import fnmatch
import zoneinfo
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jsonschema
import yaml
from ansible_collections.echodiary.infra.plugins.plugin_utils._common import timestamps
from cronsim import CronSim, CronSimError

from gitops import clock
from gitops.errors import GitopsError

_TEXTS = {"type": "array", "items": {"type": "string"}, "minItems": 1}
_MODE = {"enum": ["detect", "warn", "heal"]}
_SCOPE = {"hosts": _TEXTS, "components": _TEXTS}
_POSITIVE = {"type": "number", "exclusiveMinimum": 0}

SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "branch": {"type": "string", "minLength": 1},
        "remote": {"type": "string"},
        "interval": _POSITIVE,
        "jitter": {"type": "number", "minimum": 0},
        "deadline": _POSITIVE,
        "schema_interval": {"type": "number", "minimum": 0},
        "lock_host": {"type": "string"},
        "allowed_signers": {"type": "string"},
        "textfile_directory": {"type": "string"},
        "modes": {
            "type": "object",
            "additionalProperties": False,
            "properties": {"default": _MODE, "components": {"type": "object", "additionalProperties": _MODE}},
        },
        "waves": {"type": "array", "items": _TEXTS},
        "windows": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["kind", "schedule", "duration"],
                "properties": {
                    "kind": {"enum": ["allow", "deny"]},
                    "schedule": {"type": "string"},
                    "duration": {"type": "string"},
                    "timezone": {"type": "string"},
                    "reason": {"type": "string"},
                    **_SCOPE,
                },
            },
        },
        "ignore": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["resource", "reason", "until"],
                "properties": {
                    "resource": {"type": "string", "pattern": ":"},
                    "fields": _TEXTS,
                    "reason": {"type": "string", "minLength": 3},
                    "until": {},
                    **_SCOPE,
                },
            },
        },
        "notify": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "properties": {"url": {"type": "string"}, "url_file": {"type": "string"}, "events": _TEXTS},
                "oneOf": [{"required": ["url"]}, {"required": ["url_file"]}],
            },
        },
    },
}


@dataclass(frozen=True)
class Scope:
    """Globs over hosts and components; both have to match."""

    hosts: tuple[str, ...] = ("*",)
    components: tuple[str, ...] = ("*",)

    def covers(self, host: str, component: str) -> bool:
        return _any(host, self.hosts) and _any(component, self.components)


@dataclass(frozen=True)
class Window:
    kind: str
    schedule: str
    duration: float
    timezone: str = "UTC"
    reason: str = ""
    scope: Scope = Scope()


@dataclass(frozen=True)
class Ignore:
    """A difference that is meant to be, until a date. With ``fields`` only while nothing else differs."""

    resource: str
    reason: str
    until: float
    fields: tuple[str, ...] = ()
    scope: Scope = Scope()


@dataclass(frozen=True)
class Target:
    """Where notifications go. The URL is a secret as a rule, so it may live in a file of its own."""

    url: str = ""
    url_file: str = ""
    events: tuple[str, ...] = ("*",)


@dataclass(frozen=True)
class Policy:
    branch: str = "main"
    remote: str = "origin"
    interval: float = 120.0
    jitter: float = 60.0
    deadline: float = 600.0
    schema_interval: float = 3600.0
    lock_host: str = ""
    allowed_signers: str = ""
    textfile_directory: str = ""
    default_mode: str = "warn"
    modes: dict[str, str] = field(default_factory=dict)
    waves: tuple[tuple[str, ...], ...] = ()
    windows: tuple[Window, ...] = ()
    ignore: tuple[Ignore, ...] = ()
    notify: tuple[Target, ...] = ()

    def mode(self, component: str) -> str:
        return self.modes.get(component, self.default_mode)


def load(path: Path) -> Policy:
    """The policy of a file; the default one, which changes nothing by itself, where there is none."""
    if not path.exists():
        return Policy()
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (OSError, yaml.YAMLError) as error:
        raise GitopsError(f"{path}: cannot be read: {' '.join(str(error).split())}; mend the file") from error
    try:
        return parse(data)
    except ValueError as error:
        raise GitopsError(f"{path}: {error}") from error


def parse(data: Any) -> Policy:
    """ValueError with the place of what is wrong."""
    problem = jsonschema.exceptions.best_match(jsonschema.Draft202012Validator(SCHEMA).iter_errors(data))
    if problem is not None:
        raise ValueError(f"{problem.json_path.replace('$.', '')}: {problem.message}")
    plain = {key: data[key] for key in data if key not in ("modes", "waves", "windows", "ignore", "notify")}
    modes = data.get("modes", {})
    return Policy(
        **plain,
        default_mode=modes.get("default", "warn"),
        modes=dict(modes.get("components", {})),
        waves=tuple(tuple(wave) for wave in data.get("waves", [])),
        windows=tuple(_window(number, entry) for number, entry in enumerate(data.get("windows", []))),
        ignore=tuple(_ignore(number, entry) for number, entry in enumerate(data.get("ignore", []))),
        notify=tuple(_target(entry) for entry in data.get("notify", [])),
    )


def _scope(entry: dict[str, Any]) -> Scope:
    return Scope(tuple(entry.get("hosts", ["*"])), tuple(entry.get("components", ["*"])))


def _window(number: int, entry: dict[str, Any]) -> Window:
    where = f"windows[{number}]"
    zone = entry.get("timezone", "UTC")
    try:
        zoneinfo.ZoneInfo(zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{where}.timezone: {zone!r} is not known; write it as Asia/Seoul or UTC") from error
    try:
        CronSim(entry["schedule"], clock_start(zone))
    except CronSimError as error:
        raise ValueError(
            f"{where}.schedule: {entry['schedule']!r} is no cron expression ({error}); five fields, as in '0 22 * * 5'"
        ) from error
    try:
        duration = clock.seconds(entry["duration"])
    except ValueError as error:
        raise ValueError(f"{where}.duration: {error}") from error
    return Window(entry["kind"], entry["schedule"], duration, zone, entry.get("reason", ""), _scope(entry))


def clock_start(zone: str) -> Any:
    """Any moment in the zone: enough to have an expression checked."""
    import datetime

    return datetime.datetime(2026, 1, 1, tzinfo=zoneinfo.ZoneInfo(zone))


def _ignore(number: int, entry: dict[str, Any]) -> Ignore:
    until = str(entry["until"])
    try:
        end = timestamps.to_wall(until)
    except ValueError as error:
        raise ValueError(f"ignore[{number}].until: {until!r} is no date ({error}); write it as 2026-12-01") from error
    return Ignore(entry["resource"], entry["reason"], end, tuple(entry.get("fields", [])), _scope(entry))


def _target(entry: dict[str, Any]) -> Target:
    return Target(entry.get("url", ""), entry.get("url_file", ""), tuple(entry.get("events", ["*"])))


def _any(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def matches(name: str, pattern: str) -> bool:
    return fnmatch.fnmatchcase(name, pattern)
