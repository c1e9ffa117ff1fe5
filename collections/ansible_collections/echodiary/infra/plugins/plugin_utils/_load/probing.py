# SPDX-License-Identifier: GPL-3.0-or-later
"""One request to each edge before the load: one that cannot be reached from here, or fails already, gets none."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Sequence
from urllib.parse import urlsplit

from .shapes import Edge

_TIMEOUT = 10.0


def refusals(edges: Sequence[Edge], path: str) -> list[str]:
    """Each says why, and what to do."""
    return [why for edge in edges if (why := _refusal(edge, path))]


def _refusal(edge: Edge, path: str) -> str:
    try:
        status = _status(edge, path)
    except OSError as error:
        return f"{edge['url']} does not answer from here ({error}); name an edge that does: -e load_targets=<url>"
    except http.client.HTTPException as error:
        return f"{edge['url']} does not speak HTTP ({error}); name an edge that does: -e load_targets=<url>"
    if status >= 500:
        already = f"{edge['url']}{path} answers {status} already"
        return f"{already}, and a site that fails is not loaded: ansible-playbook echodiary.infra.incident.diagnose"
    if status >= 300 and status != 429:
        return f"{edge['url']}{path} answers {status}; name what users ask: -e load_paths=<path>"
    return ""


def _status(edge: Edge, path: str) -> int:
    url = urlsplit(edge["url"])
    # An edge is asked by its address, which no certificate names; that it is the inventory's own has been judged before.
    context = ssl._create_unverified_context()  # noqa: S323
    client = (
        http.client.HTTPSConnection(url.netloc, timeout=_TIMEOUT, context=context)
        if url.scheme == "https"
        else http.client.HTTPConnection(url.netloc, timeout=_TIMEOUT)
    )
    try:
        client.request("GET", path, headers={"User-Agent": "echodiary-load", **({"Host": edge["host"]} if edge["host"] else {})})
        return client.getresponse().status
    finally:
        client.close()
