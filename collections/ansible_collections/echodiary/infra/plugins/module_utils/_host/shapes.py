# SPDX-License-Identifier: GPL-3.0-or-later
"""A container as Docker's Engine API shows it, as far as it is asked for. Only types: nobody asks for this file while a program runs."""

from __future__ import annotations

from typing import TypedDict


class Health(TypedDict, total=False):
    Status: str


class _State(TypedDict):
    Status: str


class State(_State, total=False):
    Health: Health | None
    Pid: int
    ExitCode: int
    StartedAt: str
    OOMKilled: bool


class _Config(TypedDict):
    Labels: dict[str, str]


class Config(_Config, total=False):
    Image: str
    StopTimeout: int | None


class Network(TypedDict, total=False):
    NetworkID: str


class NetworkSettings(TypedDict, total=False):
    Networks: dict[str, Network | None]


class RestartPolicy(TypedDict, total=False):
    Name: str


class HostConfig(TypedDict, total=False):
    NetworkMode: str
    RestartPolicy: RestartPolicy | None
    Memory: int
    MemorySwap: int
    MemoryReservation: int
    NanoCpus: int
    CpuShares: int
    CpuQuota: int
    CpusetCpus: str
    PidsLimit: int | None


class Mount(TypedDict, total=False):
    Type: str
    Name: str
    Source: str
    Destination: str


class _Inspected(TypedDict):
    Id: str
    Image: str
    Config: Config
    State: State


class Inspected(_Inspected, total=False):
    Name: str
    Created: str
    RestartCount: int
    NetworkSettings: NetworkSettings | None
    HostConfig: HostConfig | None
    Mounts: list[Mount] | None


class Detail(TypedDict, total=False):
    """In bytes: what only caches files, by the name of either version of control groups."""

    total_inactive_file: int
    inactive_file: int


class Memory(TypedDict, total=False):
    """In bytes."""

    usage: int
    limit: int
    stats: Detail


class Stats(TypedDict, total=False):
    memory_stats: Memory
