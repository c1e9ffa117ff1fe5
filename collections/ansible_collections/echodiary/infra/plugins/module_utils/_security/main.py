# SPDX-License-Identifier: GPL-3.0-or-later
"""The entry on the host: looks at whatever it is asked for, one thing after the other. Nothing is changed, and nothing stays."""

from __future__ import annotations

from .._host import http
from .._host.errors import ConvergeError
from . import audit, images, scan, updates
from .shapes import Asked, Page, Scanned, Seen


def run(manifest: Asked) -> Seen:
    seen: Seen = {"changed": False}
    if manifest.get("probes"):
        scan.raise_limit()
        seen["scans"] = _scans(manifest)
    if manifest.get("documents"):
        seen["documents"] = {name: _page(url) for name, url in manifest["documents"].items()}
    if manifest.get("images"):
        seen.update(_images())
    if manifest.get("updates"):
        seen["updates"] = updates.pending()
    if manifest.get("audit"):
        seen["audit"] = audit.audited(install=manifest.get("install", False))
    return seen


def _scans(manifest: Asked) -> list[Scanned]:
    return [scan.scan(one["address"], scan.ports(one["ports"]), manifest["seconds"]) for one in manifest["probes"]]


def _page(url: str) -> Page:
    answer = http.request("GET", url, 10.0)
    return {"status": answer.status, "text": answer.text}


def _images() -> Seen:
    try:
        return {"images": images.running(), "images_why": ""}
    except ConvergeError as error:
        return {"images": [], "images_why": str(error)}
