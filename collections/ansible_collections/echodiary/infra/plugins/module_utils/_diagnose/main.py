# SPDX-License-Identifier: GPL-3.0-or-later
"""The entry on the host: one archive with everything that is looked at in an incident, redacted before it leaves."""

from __future__ import annotations

import base64
import io
import tarfile
import time
from typing import TypedDict

from . import collect, redact, summary


class Manifest(TypedDict):
    """``secrets``: values; ``extra``: path -> text."""

    check: bool
    name: str
    minutes: int
    secrets: list[str]
    extra: dict[str, str]


class Answer(TypedDict):
    """``archive`` in base64."""

    changed: bool
    files: list[str]
    summary: list[str]
    archive: str


def run(manifest: Manifest) -> Answer:
    """Nothing is written on the host."""
    if manifest["check"]:
        return {"changed": True, "files": sorted([*collect.COMMANDS, *manifest["extra"]]), "summary": [], "archive": ""}
    known = redact.values([*manifest["secrets"], *collect.secrets()])
    found = {**collect.files(manifest["minutes"]), **manifest["extra"]}
    clean = {redact.redact(name, known): redact.redact(text, known) for name, text in found.items()}
    return {
        "changed": True,
        "files": sorted(clean),
        "summary": summary.lines(clean),
        "archive": base64.b64encode(archive(manifest["name"], clean)).decode(),
    }


def archive(top: str, files: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, text in sorted(files.items()):
            content = text.encode()
            member = tarfile.TarInfo(f"{top}/{name}")
            member.size, member.mode, member.mtime = len(content), 0o600, int(time.time())
            tar.addfile(member, io.BytesIO(content))
    return buffer.getvalue()
