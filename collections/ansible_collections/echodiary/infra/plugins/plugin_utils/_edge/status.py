# SPDX-License-Identifier: GPL-3.0-or-later
"""Where an edge fetches the page for users, and under which paths it hands that out. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from .._common.errors import SpecError

COMPONENT = "status_page"
_PATH = re.compile(r"/[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*")
_LANGUAGES = ("en", "ko")


class Status(NamedTuple):
    """``url``: empty where no host has the page, or nobody is to find it."""

    url: str
    paths: list[str]


def status(entries: Sequence[Mapping[str, Any]], path: str) -> Status:
    """Of the first host by name that has it. SpecError for a path that HAProxy would not match."""
    having = [one for one in entries if one["component"] == COMPONENT and one["listens"]]
    if not path or not having:
        return Status("", [])
    if not _PATH.fullmatch(path):
        raise SpecError(f"haproxy: haproxy_status_path: {path!r} is no path such as /status; '' is nowhere")
    first = min(having, key=lambda one: str(one["host"]))
    at = f"[{first['address']}]" if ":" in first["address"] else first["address"]
    return Status(f"http://{at}:{first['listens'][0]['port']}", [path, *(f"{path}/{language}" for language in _LANGUAGES)])
