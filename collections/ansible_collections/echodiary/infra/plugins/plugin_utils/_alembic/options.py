# SPDX-License-Identifier: GPL-3.0-or-later
"""What the task may say, and what it means for those who do the work. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .._common.errors import SpecError
from .._inside import place
from .findings import Allowance

if TYPE_CHECKING:
    from ...module_utils._alembic.shapes import Run
    from ...module_utils._inside.shapes import Asked, Limits


#: "echodiary.infra.alembic" in eight bytes; EchoDiary's own env.py holds another one, so neither is in the other's way
LOCK_KEY = 0x65636469616C656D
#: reading waits for env.py's own lock at most this long (s)
READ_TIMEOUT = 180
#: and each of its statements this long (ms)
READ_STATEMENT = 60_000

ARGUMENTS: dict[str, Any] = {
    "state": {"type": "str", "required": True, "choices": ["current", "head", "revision", "lint", "compare"]},
    "revision": {"type": "str"},
    "component": {"type": "str", "default": ""},
    "as_owner_of": {"type": "str", "default": ""},
    "since": {"type": "str"},
    **place.ARGUMENTS,
    "lock_wait": {"type": "int", "default": 300},
    "lock_timeout": {"type": "float", "default": 3.0},
    "lock_tries": {"type": "int", "default": 5},
    "statement_timeout": {"type": "int", "default": 900},
    "concurrently_timeout": {"type": "int", "default": 1800},
    "timeout": {"type": "int", "default": 3600},
    "allow": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "revision": {"type": "str", "required": True},
            "rule": {"type": "str", "required": True},
            "reason": {"type": "str", "required": True},
            "direction": {"type": "str", "choices": ["up", "down"], "default": "up"},
        },
    },
    "compat_image": {"type": "str"},
    "compat_images": {"type": "list", "elements": "str"},
}
RULES: dict[str, Any] = {
    **place.RULES,
    "required_if": [["state", "revision", ["revision"]]],
    "required_by": {**place.RULES["required_by"], "compat_image": ["image"], "compat_images": ["image"]},
}


@dataclass(frozen=True)
class Options:
    """The task's arguments, by the names that the documentation gives them."""

    state: str
    revision: str | None
    component: str
    as_owner_of: str
    since: str | None
    image: str | None
    virtualenv: str | None
    directory: str | None
    config: str
    section: str
    python: str | None
    env_file: str | None
    environment: dict[str, str | float]
    network: str | None
    volumes: list[str]
    docker_options: list[str]
    pull: str
    lock_wait: int
    lock_timeout: float
    lock_tries: int
    statement_timeout: int
    concurrently_timeout: int
    timeout: int
    allow: list[dict[str, str]]
    compat_image: str | None
    compat_images: list[str] | None

    @property
    def target(self) -> str:
        return str(self.revision) if self.state == "revision" else "head"

    @property
    def allowances(self) -> list[Allowance]:
        return [Allowance(one["revision"], one["rule"], one["reason"], one["direction"]) for one in self.allow]

    @property
    def serving(self) -> list[str]:
        """Images of the releases that still run; after half a deploy there may be several."""
        return list(dict.fromkeys(image for image in (self.compat_image, *(self.compat_images or [])) if image))

    @property
    def place(self) -> place.Options:
        return {
            "image": self.image, "virtualenv": self.virtualenv, "directory": self.directory, "config": self.config,
            "section": self.section, "python": self.python, "env_file": self.env_file, "environment": self.environment,
            "network": self.network, "volumes": self.volumes, "docker_options": self.docker_options, "pull": self.pull,
        }  # fmt: skip

    @property
    def limits(self) -> Limits:
        return {
            "lock_timeout": int(self.lock_timeout * 1000),
            "statement_timeout": self.statement_timeout * 1000,
            "concurrently_timeout": self.concurrently_timeout * 1000,
        }


def parse(arguments: Mapping[str, Any]) -> Options:
    options = Options(**{name: arguments[name] for name in ARGUMENTS})
    if options.since and options.state != "lint":
        raise SpecError(f"'since' says where linting begins; with state={options.state} that is what the database says: leave it out")
    if options.revision and options.state != "revision":
        raise SpecError(f"'revision' is the goal of state=revision; state={options.state} has none: leave it out")
    if options.revision and not options.revision.replace("_", "").replace("-", "").isalnum():
        raise SpecError(f"revision {options.revision}: name one revision, or base")
    if options.revision and options.revision[0] in "+-":
        raise SpecError(f"revision {options.revision}: a relative one means something else on the second run; name the revision itself")
    if options.lock_timeout <= 0 or options.statement_timeout <= 0 or options.lock_tries < 1:
        raise SpecError(
            "lock_timeout, statement_timeout and lock_tries have to be greater than 0: without a limit one migration stops the site"
        )
    for entry in options.allow:
        if not entry["reason"].strip():
            raise SpecError(f"allow {entry['revision']} {entry['rule']}: the reason is empty; say why it is safe")
    return options


def reading(options: Options) -> Run:
    """The run that looks: in the release itself."""
    want = ["differences"] if options.state == "compare" else []
    want += ["schema"] if options.serving else []
    # A question is answered as well as it can be; what changes the database needs one plain answer.
    lenient = options.state in ("current", "compare")
    request: Asked = {"do": "read", "target": options.target, "since": options.since, "want": want, "lenient": lenient}
    return _run(options, options.image, request, READ_TIMEOUT, READ_STATEMENT)


def reading_models(options: Options, image: str) -> Run:
    """The run that asks another release what it expects."""
    return _run(options, image, {"do": "read", "target": "", "since": None, "want": ["models", "revisions"]}, READ_TIMEOUT, READ_STATEMENT)


def migrating(options: Options, target: str, expected: list[str]) -> Run:
    request: Asked = {
        "do": "migrate", "target": target, "expected": expected, "key": LOCK_KEY, "lock_wait": options.lock_wait, "limits": options.limits,
        "tries": options.lock_tries, "want": ["schema"] if options.serving else [],
    }  # fmt: skip
    return _run(options, options.image, request, options.timeout + options.lock_wait, options.limits["statement_timeout"])


def _run(options: Options, image: str | None, request: Asked, timeout: int, statement: int) -> Run:
    settings = {"lock_timeout": options.limits["lock_timeout"], "statement_timeout": statement}
    return place.run(options.place, image, request, timeout, settings)
