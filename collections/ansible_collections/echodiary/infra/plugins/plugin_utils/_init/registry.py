# SPDX-License-Identifier: GPL-3.0-or-later
"""Which image a tag means now: the registry says, to whoever asks without a login. It may not answer at all, and then nobody knows."""

from __future__ import annotations

import http.client
import ipaddress
import json
import re
import urllib.error
import urllib.parse
from typing import NamedTuple

from ansible.module_utils.urls import open_url

from .shapes import Image

SECONDS = 10
ACCEPT = ", ".join(
    (
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    )
)
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


class Found(NamedTuple):
    """``digest``: empty where nobody knows, with ``why``; ``plain``: it answers without TLS only."""

    digest: str
    plain: bool
    why: str = ""


def find(image: Image) -> Found:
    registry, name = _place(image.repository)
    why = ""
    for scheme in ("https", "http") if _private(registry) else ("https",):
        try:
            return Found(_digest(f"{scheme}://{registry}/v2/{name}/manifests/{image.digest or image.tag}"), scheme == "http")
        except urllib.error.HTTPError as error:
            return Found("", scheme == "http", f"{registry} says {error.code} {error.reason}")
        except (OSError, http.client.HTTPException, ValueError) as error:
            why = f"{registry} does not answer: {getattr(error, 'reason', error)}"
    return Found("", False, why)


def _place(repository: str) -> tuple[str, str]:
    """Registry, and the repository's name there."""
    first, _, rest = repository.partition("/")
    if rest and ("." in first or ":" in first or first == "localhost"):
        return first, rest
    return "registry-1.docker.io", repository if rest else f"library/{repository}"


def _private(registry: str) -> bool:
    """Only where nobody else is on the way, nothing is asked without TLS."""
    name = registry.partition(":")[0]
    try:
        return ipaddress.ip_address(name).is_private
    except ValueError:
        return "." not in name


def _digest(url: str) -> str:
    try:
        found = _asked(url)
    except urllib.error.HTTPError as error:
        challenge = error.headers.get("WWW-Authenticate", "")
        if error.code != 401 or not challenge.startswith("Bearer "):
            raise
        found = _asked(url, _token(challenge))
    if not _DIGEST.fullmatch(found):
        raise ValueError("it told no digest")
    return found


def _asked(url: str, token: str = "") -> str:
    headers = {"Accept": ACCEPT, **({"Authorization": f"Bearer {token}"} if token else {})}
    with open_url(url, method="HEAD", headers=headers, timeout=SECONDS) as answer:
        return str(answer.headers.get("Docker-Content-Digest", ""))


def _token(challenge: str) -> str:
    """For who has no account."""
    asked = dict(re.findall(r'(\w+)="([^"]*)"', challenge))
    place = asked.pop("realm", "")
    if not place.startswith("https://"):
        raise ValueError("it wants a login from a place without TLS")
    with open_url(f"{place}?{urllib.parse.urlencode(asked)}", timeout=SECONDS) as answer:
        found = json.load(answer)
    return str(found.get("token") or found.get("access_token") or "")
