# SPDX-License-Identifier: GPL-3.0-or-later
"""What tasks of role ``deploy`` register on a host, as far as somebody asks for it. Only types: nobody asks for this file while a program
runs."""

from __future__ import annotations

from typing import TypedDict

from ...module_utils._converge.exchange import Outcome
from ...module_utils._history.shapes import Entry
from ...module_utils._inside.shapes import Step
from .._calls.variables import Facts
from .._lease.shapes import Result as Locked


class Task(TypedDict, total=False):
    changed: bool
    failed: bool
    skipped: bool
    unreachable: bool
    msg: str


class Held(TypedDict, total=False):
    """What a slot holds; empty where it holds nothing."""

    image: str
    config: str


class Served(Held, total=False):
    """What a host serves; ``running``, ``previous``: what its slots hold; ``verified``: requests that it answered before a user's."""

    slot: str
    port: int
    previous: Held | None
    running: Held | None
    wanted: Held
    verified: list[str]


class Commanded(TypedDict, total=False):
    command: list[str]


class Staged(TypedDict, total=False):
    """A directory that only root may enter, and the environment file in it."""

    directory: str
    env_file: str


class Rolled(Task, total=False):
    """Of ``release``. ``prepared``: where it is staged; ``migrate``: who brings the schema along; ``migration``: what the release's own
    command did."""

    components: list[Outcome]
    release: Served | None
    prepared: Staged
    migrate: str
    migration: Commanded


class Seen(TypedDict, total=False):
    value: str


class Watched(Task, total=False):
    """Of ``health_gate``: condition -> what was seen last."""

    last: dict[str, Seen]


class Migrated(Task, total=False):
    """Of ``alembic``: revisions; ``current`` is None where the database could not be read afterwards. ``fit``: nothing stood against it."""

    before: list[str]
    current: list[str] | None
    pending: list[Step]
    applied: list[str]
    fit: bool


class Tried(Task, total=False):
    """Of ``image_contract``: what of its contract the image breaks."""

    named: str


class Waited(TypedDict):
    ms: int
    table: str


class Migration(TypedDict):
    """One migration of a rehearsal."""

    revision: str
    readers: Waited
    writers: Waited
    verdict: str


class Rehearsed(Task, total=False):
    """Of ``rehearsal``. ``verdict``: passed, refused, nothing or would."""

    verdict: str
    migrations: list[Migration]


class Saved(Task, total=False):
    """Of ``deploy_backup``: what became of the backup beside the deploy. ``warning``: a person may want to know."""

    state: str
    warning: bool


class Judged(Task, total=False):
    """Of ``deploy_verdict``."""

    outcome: str
    schema_before: str
    schema_now: str
    seconds: dict[str, float]
    hosts: dict[str, str]
    error: str
    logs: str


class Way(Task, total=False):
    """Of ``rollback_goal``."""

    leaves: str


class History(Task, total=False):
    """Of ``release_history``, newest first."""

    entries: list[Entry]


class Caller(TypedDict, total=False):
    who: str
    url: str


class DeployFacts(Facts, total=False):
    deploy_caller: Caller


class Variables(TypedDict, total=False):
    """Of one host. ``kept``: put aside after the host's own batch, before the next one registers something under the same name."""

    ansible_facts: DeployFacts
    ansible_failed_result: Task | None
    ansible_host: str
    private_address: str
    components: list[str] | str
    deploy_back: Rolled | None
    deploy_commanded: Rolled | None
    deploy_gate: Watched | None
    deploy_gate_kept: Watched | None
    deploy_held: Rolled | None
    deploy_history: History | None
    deploy_image: str
    deploy_lease: Locked | None
    deploy_pending: list[str]
    deploy_prepared: Rolled | None
    deploy_rehearsal: Rehearsed | None
    deploy_roll: Rolled | None
    deploy_rolled: Rolled | None
    deploy_saved: Saved | None
    deploy_schema: Migrated | None
    deploy_schema_shown: bool
    deploy_served: Rolled | None
    deploy_tried: Tried | None
    deploy_verdict: Judged | None
    deploy_way: Way | None
