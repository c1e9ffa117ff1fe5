# SPDX-License-Identifier: GPL-3.0-or-later
"""What may be done about drift: modes, windows, ignore rules, waves. Kept in git, read strictly, one file per environment.

``policy.schema.json`` is this model as JSON Schema, for editors: ``python -m gitops.schema`` writes it.
"""

from __future__ import annotations

import datetime
import fnmatch
import zoneinfo
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, Self

import yaml
from ansible_collections.echodiary.infra.plugins.plugin_utils._common import timestamps
from ansible_collections.echodiary.infra.plugins.plugin_utils._drift.model import ACCOUNT
from cronsim import CronSim, CronSimError
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from gitops import clock
from gitops.errors import GitopsError
from gitops.refusals import refusal

EXPLAINED = "docs/drift.md says what may stand there"


def _span(given: object) -> float:
    return clock.seconds(str(given))


def _date(given: object) -> float:
    try:
        return timestamps.to_wall(str(given))
    except ValueError as error:
        raise ValueError(f"{str(given)!r} is no date ({error}); write it as 2026-12-01") from error


def _zone(name: str) -> str:
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is not known; write it as Asia/Seoul or UTC") from error
    return name


def _cron(expression: str) -> str:
    try:
        CronSim(expression, datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC))
    except CronSimError as error:
        raise ValueError(f"{expression!r} is no cron expression ({error}); five fields, as in '0 22 * * 5'") from error
    return expression


#: numbers of seconds; YAML's true and "5" are none
Positive = Annotated[float, Field(gt=0, strict=True, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, strict=True, allow_inf_nan=False)]
Globs = Annotated[tuple[str, ...], Field(min_length=1)]
Span = Annotated[float, BeforeValidator(_span, json_schema_input_type=str)]
Date = Annotated[float, BeforeValidator(_date, json_schema_input_type=str)]
Zone = Annotated[str, AfterValidator(_zone)]
Cron = Annotated[str, AfterValidator(_cron)]
Mode = Literal["detect", "warn", "heal"]


class Scope(NamedTuple):
    """Globs over hosts and components; both have to match."""

    hosts: tuple[str, ...] = ("*",)
    components: tuple[str, ...] = ("*",)

    def covers(self, host: str, component: str) -> bool:
        return _any(host, self.hosts) and _any(component, self.components)


class _Strict(BaseModel):
    """What is not known is a mistake of whoever wrote it."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class _Scoped(_Strict):
    hosts: Globs = Field(default=("*",), description="Globs of hosts.")
    components: Globs = Field(default=("*",), description="Globs of components.")

    @property
    def scope(self) -> Scope:
        return Scope(self.hosts, self.components)


class Window(_Scoped):
    """When something may be put right, or may not; a deny wins."""

    kind: Literal["allow", "deny"]
    schedule: Cron = Field(description="Five fields of cron: when it opens.")
    duration: Span = Field(description="How long it stays open: 90s, 15min, 2h, 1d.")
    timezone: Zone = "UTC"
    reason: str = ""


class Ignore(_Scoped):
    """A difference that is meant to be, until a date. With ``fields`` only while nothing else differs."""

    resource: str = Field(pattern=":", description="A glob of kind:name, as in file:/etc/demo.conf.")
    fields: Globs = Field(default=(), description="Only while no other field differs.")
    reason: str = Field(min_length=3)
    until: Date = Field(description="2026-12-01, or a time with its offset.")


class Target(_Strict):
    """Where notifications go. The URL is a secret as a rule, so it may live in a file of its own."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": ["url"]}, {"required": ["url_file"]}]})

    url: str = Field(default="", description="A webhook that takes JSON with text.")
    url_file: str = Field(default="", description="A file of the watcher's host that holds the URL and nothing else.")
    events: Globs = Field(default=("*",), description="Globs of events.")

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if len(self.model_fields_set & {"url", "url_file"}) != 1:
            raise ValueError("needs either url or url_file; name one of them")
        return self


class Modes(_Strict):
    """What is done about a component that drifts."""

    default: Mode = "warn"
    components: dict[str, Mode] = {}


class Policy(_Strict):
    """What may be done about drift in one environment."""

    branch: str = Field(default="main", min_length=1)
    remote: str = Field(default="origin", description="Empty: the checkout as it is.")
    interval: Positive = Field(default=120.0, description="Seconds between two rounds of watch.")
    jitter: NotNegative = Field(default=60.0, description="Seconds that a round may be late, at random.")
    deadline: Positive = Field(default=600.0, description="Seconds that one operation may take.")
    schema_interval: NotNegative = Field(default=3600.0, description="Seconds between two looks at the database's schema; 0 is never.")
    lock_host: str = Field(default="", description="Where the lease is kept; the first host of the group app where empty.")
    allowed_signers: str = Field(default="", description="Only commits that somebody in this file signed count.")
    textfile_directory: str = Field(default="", description="Where the metrics are written as well.")
    modes: Modes = Modes()
    waves: tuple[Globs, ...] = Field(default=(), description="Groups, one after the other.")
    windows: tuple[Window, ...] = ()
    ignore: tuple[Ignore, ...] = ()
    notify: tuple[Target, ...] = ()

    def mode(self, component: str) -> Mode:
        """What costs money and serves everybody is healed where it is named, and nowhere else."""
        default = "warn" if component == ACCOUNT and self.modes.default == "heal" else self.modes.default
        return self.modes.components.get(component, default)


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
    """ValueError of one line: the place of what is wrong, why, and what to do."""
    try:
        return Policy.model_validate(data)
    except ValidationError as error:
        raise ValueError(refusal(error, EXPLAINED)) from None


def _any(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def matches(name: str, pattern: str) -> bool:
    return fnmatch.fnmatchcase(name, pattern)
