# SPDX-License-Identifier: GPL-3.0-or-later
"""The words of the account: what is wanted, what is seen, what differs, and what a hand is asked to do.

A resource is ``kind:name`` as on a host. Fields have the same names and forms whether they are wanted or seen, so that to compare them is
all that planning is. Lists are sets: their order means nothing.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from ...module_utils._kinds.model import Resource as Resource

if TYPE_CHECKING:
    from ...module_utils._ledger.values import Json as Json
    from .aws import Aws
    from .declaration import Environment

#: what one difference does to its resource, least to worst
UPDATE, RESTART, REPLACE, IRREVERSIBLE = "update", "restart", "replace", "irreversible"
EFFECTS = (UPDATE, RESTART, REPLACE, IRREVERSIBLE)
#: of a size that AWS makes bigger, and never smaller
GROWS = "grows"
#: what is done besides
CREATE, ORPHAN = "create", "orphan"
#: with its environment
REMOVE = "remove"
#: nobody declares it, and it stays whatever people say
KEEP = "keep"


class Ref(NamedTuple):
    """The id that AWS gives a resource of this declaration; known once it is there."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"


Ids = Mapping[Resource, str]
#: field -> what a difference of it does, or GROWS; those not named are an update
Effects = Mapping[str, str]
#: as IAM names them
Rights = tuple[str, ...]


class Wanted(NamedTuple):
    """``fields`` are compared; ``once`` is only said when it is made, and whatever becomes of it later is no difference.

    The values of both are as JSON, with a Ref wherever AWS wants an id.
    """

    resource: Resource
    fields: Mapping[str, Any]
    once: Mapping[str, Any] = {}


class Seen(NamedTuple):
    """``ours``: it bears the tags of this environment. ``settled``: AWS is done with it; ``state`` is its word for what it is.

    ``notes``: what people should know of it, though nothing of it differs.
    """

    resource: Resource
    id: str
    fields: Mapping[str, Any]
    ours: bool = True
    settled: bool = True
    state: str = ""
    notes: tuple[str, ...] = ()


class Stays(NamedTuple):
    """Why a teardown leaves something. ``price`` names what AWS is paid for, ``amount`` of its unit; ``command`` ends it."""

    why: str
    price: str = ""
    amount: float = 0.0
    command: str = ""


class Change(NamedTuple):
    """``fields``: name -> [found, declared]. ``refused``: why apply will not do it, and what people can do."""

    resource: Resource
    action: str
    fields: Mapping[str, tuple[Json, Json]]
    wanted: Wanted | None = None
    seen: Seen | None = None
    refused: str = ""


class Goal(NamedTuple):
    """What a hand makes true: all fields, with ids in place of references.

    ``id`` is empty for what has to be made; ``before`` is what was found.
    """

    name: str
    id: str
    fields: Mapping[str, Any]
    once: Mapping[str, Any]
    before: Mapping[str, Any]

    def differs(self, *names: str) -> bool:
        return any(self.fields.get(name) != self.before.get(name) for name in names)


class Module(NamedTuple):
    """A well-kept module of amazon.aws or community.aws. Where, and as whom, is added by who calls it."""

    name: str
    args: Mapping[str, Any]


class Api(NamedTuple):
    """An operation of AWS itself, where no module does it truthfully. Its answer is sent back to who yielded it."""

    service: str
    operation: str
    args: Mapping[str, Any]


Call = Module | Api
#: as AWS, or a module, gave it
Answer = Mapping[str, Any]
#: the calls of one change, each made after the one before was answered. Pure.
Calls = Generator[Call, Answer, None]


class Kind(Protocol):
    """A file of ``kinds/`` that answers this, and is named in ``catalog.py``, is a kind of the account."""

    #: the first word of its resources
    NAME: str
    EFFECT: Effects
    #: it is never replaced, pruned or taken back: what is lost with it cannot be made again
    KEPT: bool
    #: whose events tell who changed it, as CloudTrail calls it: often as rights do, and not always (``monitoring`` is CloudWatch)
    EVENTS: str
    #: what reading and changing it takes
    READS: Rights
    WRITES: Rights

    def declared(self, env: Environment) -> Iterator[Wanted]:
        """All resources of this kind that the environment has. Pure."""

    def observe(self, aws: Aws, env: Environment) -> Iterable[Seen]:
        """Those that are there: of our names, and whatever bears our tags. Changes nothing."""

    def hands(self, goal: Goal) -> Calls:
        """What makes it so. Pure."""

    def remove(self, seen: Seen) -> Calls:
        """What takes it away. Pure."""


class Lingering(Protocol):
    """What a kind answers besides, where AWS is told late of what is gone. A word for people; empty when it is done. Changes nothing."""

    def held(self, aws: Aws, seen: Seen) -> str:
        """Before it goes: what uses it."""

    def lingers(self, aws: Aws, seen: Seen) -> str:
        """After it went: what of it is left in what it stood on."""


class Awaiting(Protocol):
    """What a kind answers besides, which AWS makes only where it is done with others."""

    #: names of their kinds
    AWAITS: tuple[str, ...]


class Lasting(Protocol):
    """What a kind answers besides, whose resources a failed run leaves: the next one goes on with them."""

    LASTS: bool


class Running(Protocol):
    """What a kind answers besides, whose resources serve somebody: one that is not there is missing, and not only a difference."""

    RUNS: bool


class Staying(Protocol):
    """What a kind answers besides, some of whose resources outlive their environment."""

    #: what looking takes
    LEAVES: Rights

    def stays(self, aws: Aws, seen: Seen) -> Stays | None:
        """None where it goes with its environment. Changes nothing."""
