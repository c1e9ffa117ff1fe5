# SPDX-License-Identifier: GPL-3.0-or-later
"""What `init` is told, and what it writes."""

from __future__ import annotations

from typing import NamedTuple


class Host(NamedTuple):
    """``name``: in plays and reports; ``variables``: of Ansible, how to log in."""

    name: str
    variables: dict[str, str | int]


class Image(NamedTuple):
    """``repository``: with its registry, where it names one; ``digest``: ``sha256:…``, or empty."""

    repository: str
    tag: str
    digest: str

    @property
    def reference(self) -> str:
        return f"{self.repository}@{self.digest}" if self.digest else f"{self.repository}:{self.tag}"


class Answers(NamedTuple):
    """``region``: of AWS, where hosts are found by their tags; else ``hosts`` are named, or none are: those that the directory has already.
    ``migrate``: the words of a command, ``["alembic"]``, or nothing. ``plain``: the image's registry has no TLS."""

    app: str
    image: Image
    port: int
    hosts: list[Host]
    region: str
    domains: list[str]
    migrate: list[str]
    plain: bool = False


class File(NamedTuple):
    """``before``: as it is; None where there is none. Nothing is to be done where it is ``text``. ``note``: what a person has to do."""

    path: str
    before: str | None
    text: str
    note: str = ""
