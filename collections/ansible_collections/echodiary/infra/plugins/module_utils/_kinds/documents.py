# SPDX-License-Identifier: GPL-3.0-or-later
"""component.yml, checked and with all defaults filled in: what travels to a host.

Only types: nobody asks for this file while a program runs.
"""

from __future__ import annotations

from typing import TypedDict, Union

from .._host import haproxy, users
from . import model


class Told(TypedDict):
    """A change, as people and other programs are told of it."""

    resource: str
    action: str
    origin: str
    fields: model.Fields
    diff: str
    why: str


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


class _File(DirectorySpec):
    content: Content
    sensitive: bool


class FileSpec(_File, total=False):
    """``initial``: the contents are what it begins with, and somebody else's once it is there."""

    initial: bool


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


class _HaproxySpec(TypedDict):
    config: str
    unit: str
    rolled: list[str]
    said: list[str]


class HaproxySpec(_HaproxySpec, total=False):
    """By the path of its socket. ``rolled``: backends of releases; ``said``: maps in which people keep what they say; ``certificates``:
    file to what it has to hold: a fingerprint, the file that it is made from, or nothing where only what is served is compared with it."""

    certificates: dict[str, str]


class _Service(TypedDict):
    image: str
    digest: str
    oneshot: bool
    consumes: list[str]
    rebound: list[str]
    environment: dict[str, str]
    networks: dict[str, str] | None
    container_name: str


class ServiceSpec(_Service, total=False):
    """A Compose service; ``digest`` names its whole definition. ``held``: its container is there, and does not run yet."""

    held: bool


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
    environment: dict[str, str]
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
    """``command``: of another tool than Alembic; ``timeout``: its own, in seconds."""

    env_file: str
    volumes: list[str]
    allow: list[dict[str, str]]
    command: list[str]
    timeout: float


class WarmingSpec(TypedDict):
    """A GET that a new slot is asked so many times."""

    path: str
    times: int
    headers: dict[str, str]


class JobsSpec(TypedDict):
    """The scheduled jobs of a release: timers, with what they are made of."""

    timers: dict[str, dict[str, model.Json]]
    files: dict[str, FileSpec]
    units: dict[str, UnitSpec]
    validate: list[ValidatorSpec]


class _Release(TypedDict):
    """``hosts``, ``path``: whose requests it gets; neither: all that are nobody else's. ``slots``: port of each, 0 of one that nobody asks.
    ``workers``: services that take work by themselves, in one slot at a time."""

    service: str
    hosts: list[str]
    path: str
    warm_up: list[WarmingSpec]
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

    workers: list[str]
    jobs: JobsSpec
    requests: list[RequestSpec] | None
    steps: list[StepSpec]
    bounds: BoundsSpec
    asks: list[users.Question]


#: a socket, who may ask it, and what it is for
ListenSpec = TypedDict("ListenSpec", {"port": int, "protocol": str, "address": str, "from": "list[str]", "for": str})


class AllowedSpec(TypedDict):
    """What people let be: globs over ``kind:name``, why, until which day (none: for good), on which hosts (globs; none: on all)."""

    resources: list[str]
    reason: str
    until: str
    hosts: list[str]


class WatchSpec(TypedDict):
    """``host``: as the inventory calls it. ``remove``: globs over ``kind:name`` of what an apply puts right where it can."""

    host: str
    aspects: list[str]
    allowed: list[AllowedSpec]
    remove: list[str]


class DistributionSpec(TypedDict, total=False):
    """What takes the place of what a component says for all distributions.

    ``paths``: where a file of the tree lies there instead; empty: nowhere. ``refuse``: why it cannot be there, and what to do.
    """

    packages: list[str]
    users: list[UserSpec]
    sysctl: dict[str, str]
    directories: dict[str, DirectorySpec]
    links: dict[str, str]
    units: dict[str, UnitSpec]
    validate: list[ValidatorSpec]
    reload: list[ReloadSpec]
    paths: dict[str, str]
    refuse: str


class SettingsSpec(TypedDict):
    """Of a JSON document: in the object ``within`` it, these ``values`` by their keys."""

    within: str
    values: dict[str, str]


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


class AgeSpec(TypedDict):
    """``file``: written whenever what it is about went well; ``hours``: older than that is too old."""

    file: str
    hours: float


class ComponentSpec(_Placed, total=False):
    """A component, or one that is bound to one of its slots. ``held``: why nobody could come by a new connection; empty where one did."""

    release: ReleaseSpec | None
    listens: list[ListenSpec]
    watch: WatchSpec | None
    timers: dict[str, dict[str, model.Json]]
    haproxy: dict[str, HaproxySpec]
    settings: dict[str, SettingsSpec]
    nftables: list[str]
    held: str
    asks_edges: bool
    ages: dict[str, AgeSpec]
    static: dict[str, model.Json]
    asks: list[users.Question]
    restart: bool
    distributions: dict[str, DistributionSpec]


class RolledSpec(_Component):
    """A component that lives in two slots."""

    compose: ProjectSpec
    release: ReleaseSpec
