# SPDX-License-Identifier: GPL-3.0-or-later
"""The documents that travel to a host and are kept there: dictionaries, since they come from JSON and go there.

Only types are written here, which nobody asks for while a program runs: a host never loads this file.
"""

from __future__ import annotations

from typing import TypedDict, Union

from .._host import haproxy
from . import model


class Told(TypedDict):
    """A change, as people and other programs are told of it."""

    resource: str
    action: str
    origin: str
    fields: model.Fields
    diff: str
    why: str


# -- component.yml, checked and with all defaults filled in: what travels to the host ----------------------------------


class Named(TypedDict):
    """Contents that do not travel with the call."""

    sha256: str
    size: int


class Binary(TypedDict):
    b64: str


#: text, bytes, or what stands for contents that are long
Content = Union[str, Binary, Named]


class DirectorySpec(TypedDict):
    owner: str
    group: str
    mode: str


class FileSpec(DirectorySpec):
    content: Content
    sensitive: bool


class OwnedSpec(TypedDict, total=False):
    prune: bool
    ignore: list[str]


class _User(TypedDict):
    name: str


class UserSpec(_User, total=False):
    shell: str
    home: str
    uid: int
    groups: list[str]
    system: bool
    create_home: bool
    comment: str


class _Unit(TypedDict):
    consumes: list[str]


class UnitSpec(_Unit, total=False):
    state: str
    enabled: bool


class ServiceSpec(TypedDict):
    """A Compose service; ``digest`` names its whole definition."""

    image: str
    digest: str
    oneshot: bool
    consumes: list[str]
    rebound: list[str]
    environment: dict[str, str]
    networks: dict[str, str] | None
    container_name: str


class ProjectPlace(TypedDict):
    """Enough of a Compose project to ask about it, to start and to stop it."""

    name: str
    file: str


class ProjectSpec(ProjectPlace):
    services: dict[str, ServiceSpec]


class _Validator(TypedDict):
    command: list[str]


class ValidatorSpec(_Validator, total=False):
    image: str
    mounts: list[str]
    timeout: float


class _Reload(TypedDict):
    paths: list[str]


class ReloadSpec(_Reload, total=False):
    service: str
    unit: str
    url: str
    signal: str


class _Probe(TypedDict):
    url: str


class ProbeSpec(_Probe, total=False):
    status: int
    json: dict[str, model.Json] | None
    deadline: float
    timeout: float


class MigrateSpec(TypedDict):
    env_file: str
    volumes: list[str]
    allow: list[dict[str, str]]


class _Release(TypedDict):
    service: str
    slots: dict[str, int]
    haproxy: haproxy.EdgeSpec
    drain: float
    interval: float
    passes: int
    keep: int
    min_free: float
    environment: list[str]
    migrate: MigrateSpec | None
    image: str
    config: str
    state: str
    expect: str
    migrated: bool
    permitted: bool


class StepSpec(TypedDict):
    """Percent of the requests, for how many seconds."""

    share: float
    hold: float


class BoundsSpec(TypedDict, total=False):
    errors: int
    error_rate: float
    in_flight: int
    silence: float
    memory: float


class RequestSpec(TypedDict, total=False):
    """One request that a release has to answer before a user's."""

    name: str
    method: str
    path: str
    headers: dict[str, str]
    body: model.Json
    status: int
    json: dict[str, model.Json]
    timeout: float


class ReleaseSpec(_Release, total=False):
    """Two slots behind HAProxy; the second half comes from the task that rolls it."""

    requests: list[RequestSpec] | None
    steps: list[StepSpec]
    bounds: BoundsSpec


#: a socket, who may ask it, and what it is for
ListenSpec = TypedDict("ListenSpec", {"port": int, "protocol": str, "address": str, "from": "list[str]", "for": str})


class _Component(TypedDict):
    name: str
    secrets: list[str]
    packages: list[str]
    users: list[UserSpec]
    sysctl: dict[str, str]
    directories: dict[str, DirectorySpec]
    links: dict[str, str]
    files: dict[str, FileSpec]
    owned: dict[str, OwnedSpec]
    units: dict[str, UnitSpec]
    validate: list[ValidatorSpec]
    reload: list[ReloadSpec]
    health: list[ProbeSpec]


class _Placed(_Component):
    compose: ProjectSpec | None


class ComponentSpec(_Placed, total=False):
    """A component, or one that is bound to one of its slots."""

    release: ReleaseSpec | None
    listens: list[ListenSpec]
    restart: bool


class RolledSpec(_Component):
    """A component that lives in two slots."""

    compose: ProjectSpec
    release: ReleaseSpec


class _Manifest(TypedDict):
    check: bool
    components: list[ComponentSpec]
    claimed: list[str]
    declared: list[str]


class Manifest(_Manifest, total=False):
    """One call. ``kept``: package -> component of what is done; ``delivered``: digest -> where its contents arrived.

    ``claimed``: paths, and other resources as ``kind:name``, that this run declares; ``hosted``: the host's own list of components;
    ``dealt``: those that earlier calls of the same task were through with.
    """

    hosted: list[str]
    dealt: list[str]
    prune: bool

    kept: dict[str, str]
    delivered: dict[str, str]
    state_dir: str
    prepare: str
    image: str


class Lacking(Named):
    """Contents that have to be brought."""

    path: str


class Migration(TypedDict):
    """A release whose schema has to come along: where its environment is staged, its image, and the one that runs."""

    directory: str
    image: str
    running: str


class Needs(TypedDict, total=False):
    """What the controller has to do before a component can go on: change things, bring contents, migrate, permit a roll."""

    delegated: list[Told]
    interrupted: bool
    contents: list[Lacking]
    migrate: Migration
    roll: bool


class Serving(TypedDict, total=False):
    """What runs where, of a component in two slots."""

    slot: str
    port: int
    image: str
    config: str
    previous: Held | None
    verified: list[str]


class Outcome(TypedDict, total=False):
    """One component's result."""

    name: str
    status: str
    sync: str
    health: str
    msg: str
    changes: list[Told]
    notes: list[str]
    seconds: dict[str, float]
    project: str
    release: Serving


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


# -- what a host keeps -------------------------------------------------------------------------------------------------


class Loaded(TypedDict):
    """Which start of a process read which contents, and the newest modification time (s) among its files then."""

    identity: str
    digest: str
    newest: float


class _Applied(TypedDict):
    digest: str
    config_hash: str
    image_id: str


class AppliedService(_Applied, total=False):
    networks: list[str]


class _Record(TypedDict):
    version: int
    resources: dict[str, Recorded]
    loaded: dict[str, Loaded]
    services: dict[str, AppliedService]
    health: list[ProbeSpec]


class Record(_Record, total=False):
    """What was last applied to a component; ``before``: what had been there when a resource was first declared, None for nothing."""

    validate: list[ValidatorSpec]
    before: dict[str, Recorded]


class Held(TypedDict):
    """A release that a slot holds."""

    image: str
    config: str


class SlotRecord(TypedDict):
    active: str
    next: str
    trial: str
    releases: dict[str, Held]
    images: list[str]
