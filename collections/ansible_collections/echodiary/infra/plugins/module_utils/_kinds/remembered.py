# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host keeps of what was applied to it: JSON. Only types: nobody asks for this file while a program runs."""

from __future__ import annotations

from typing import TypedDict, Union

from .._ledger.values import Json
from .documents import ListenSpec, ProbeSpec, ValidatorSpec


class PathValue(TypedDict, total=False):
    """What is at a path: ``kind`` (file, directory, link, special), and what goes with it.

    ``content`` is a sha256, or a keyed fingerprint; owners are names only where a run is about to create them.
    """

    kind: str
    content: str
    mode: str
    uid: int | str
    gid: int | str
    target: str


class UserValue(TypedDict, total=False):
    """The part of a user that can drift."""

    shell: str
    home: str
    uid: int
    groups: list[str]


class UnitValue(TypedDict, total=False):
    state: str
    enabled: bool


#: what is kept of a resource, by its kind
Recorded = Union[str, PathValue, UserValue, UnitValue, None]


class _Loaded(TypedDict):
    identity: str
    digest: str
    newest: float


class Loaded(_Loaded, total=False):
    """Which start of a process read which contents, and the newest modification time (s) among its files then.

    ``changed``: their newest change time (s), which nobody can set; ``definition``: a word for what its unit was made of,
    ``began``: one for how its process began then.
    """

    changed: float
    definition: str
    began: str


class _Applied(TypedDict):
    digest: str
    config_hash: str
    image_id: str


class AppliedService(_Applied, total=False):
    networks: list[str]
    limits: dict[str, str]
    #: field -> value, as ``_host.inspected`` has it
    made: dict[str, Json]


class _Kept(TypedDict):
    digest: str
    mode: str
    uid: int
    gid: int


class Kept(_Kept, total=False):
    """A file that the system itself makes, as it was when the host was last converged. ``digest``: of a link where it leads.

    ``text``: where it is short and no secret. ``by``: by which entries it was allowed.
    """

    text: str
    by: str


class _Record(TypedDict):
    version: int
    resources: dict[str, Recorded]
    loaded: dict[str, Loaded]
    services: dict[str, AppliedService]
    health: list[ProbeSpec]


class Record(_Record, total=False):
    """What was last applied to a component; ``before``: what had been there when a resource was first declared, None for nothing.

    ``listens``: the sockets that it declares; a record of a version before does not say. ``kept``: files that nobody declares.
    """

    validate: list[ValidatorSpec]
    before: dict[str, Recorded]
    #: unit -> the newest change (s) of what it was made of, all of which was as declared or as its package brought it
    defined: dict[str, float]
    listens: list[ListenSpec]
    kept: dict[str, Kept]
