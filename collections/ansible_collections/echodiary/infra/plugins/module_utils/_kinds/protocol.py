# SPDX-License-Identifier: GPL-3.0-or-later
"""What every kind of resource is asked for. A file of this package that answers it, and is named in ``kinds``, is a kind.

A kind is read on the host, compared there, and changed either there (``apply``) or by a well-kept module of Ansible's that the
controller calls (``delegate``); or it is made of files and units (``parts``), which are compared and changed as all others are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

if TYPE_CHECKING:
    from .._ledger import shapes
    from . import documents, model

Declared = TypeVar("Declared")
Seen = TypeVar("Seen")
Kept = TypeVar("Kept")
Kept_co = TypeVar("Kept_co", covariant=True)


class Call(NamedTuple):
    """One module call: what people are told, which module, with what. ``brings`` names each thing that it makes true.

    ``next_step``: what people do when it fails. ``turn``: before (-1) or after (1) the calls for all other kinds.
    """

    what: str
    module: str
    args: Mapping[str, model.Json]
    brings: tuple[str, ...] = ()
    next_step: str = ""
    turn: int = 0


class Named(Protocol[Declared, Kept_co]):
    """What is declared by name. ``Declared``: as it travels; ``Kept``: one name as recorded."""

    #: the first word of its resources
    NAME: str
    #: of component.yml, and of what travels
    KEY: str
    #: for people: one and several of it, and what stands before a name that would not tell what it is
    WORDS: tuple[str, str]
    PREFIX: str
    #: as of Ansible's argument specs; ENTRY: of one value of a mapping
    SCHEMA: model.Schema
    ENTRY: model.Schema
    #: of what is recorded of one name
    SHAPE: shapes.Shape
    SHARED: str

    def checked(self, given: Declared) -> Declared:
        """As it travels; ConvergeError for what cannot be."""

    def entries(self, declared: Declared) -> Mapping[str, model.Json]:
        """All that is said of each name, to compare what two components say."""

    def values(self, declared: Declared) -> Mapping[str, Kept_co]:
        """What is recorded once it is applied."""


class Kind(Named[Declared, Kept], Protocol[Declared, Seen, Kept]):
    """``Seen``: one name as found."""

    #: does it bring users and groups that files may belong to?
    ACCOUNTS: bool

    def observe(self, names: list[str]) -> Mapping[str, Seen]:
        """All ``names`` at once; what is not there may be left out. Changes nothing."""

    def found(self, want: Kept, seen: Seen | None) -> Kept | None:
        """What is there, in the words of ``want``; None when nothing is."""

    def plan(self, declared: Declared, seen: Mapping[str, Seen], last: model.Applied) -> list[model.Change]:
        """Pure. What was applied and is not declared any more is a change."""


class Delegated(Kind[Declared, Seen, Kept], Protocol):
    """Changed by the controller, outside the host's transaction."""

    def delegate(self, changes: list[model.Change], declared: Declared, manager: str) -> Iterator[Call]:
        """Pure. ``manager``: of packages, ``apt`` or ``dnf``."""

    def look(self, name: str, manager: str) -> str:
        """The command that shows people what there is."""


class Own(Kind[Declared, Seen, Kept], Protocol):
    """Changed on the host, inside its transaction."""

    def apply(self, change: model.Change, seen: Seen, declared: Declared) -> None: ...


class Parts(NamedTuple):
    """What one name is made of: files (path to text, root's and for all to read), units, and what judges it before it is there."""

    files: Mapping[str, str]
    units: Mapping[str, documents.UnitSpec]
    validate: list[documents.ValidatorSpec]


class Composed(Named[Declared, Kept_co], Protocol):
    """Made of files and units. What is recorded of a name has its ``parts``, as ``path:…`` and ``unit:…``: they are told as one."""

    def parts(self, declared: Declared) -> Mapping[str, Parts]:
        """By name. Pure."""


#: what travels of a kind, what is seen of it, and what is kept of it are its own matter
AnyKind = Kind[Any, Any, Any]
AnyNamed = Named[Any, Any]
