# SPDX-License-Identifier: GPL-3.0-or-later
"""What Docker says of an image that it could not have: the registry does not know it, refuses it, or does not answer at all. Pure.

They are told apart because what to do is another thing each time: push or correct, log in, or mend the registry and the way to it.
Docker only has words for them, and reports all of them with the same status.
"""

from __future__ import annotations

UNKNOWN, DENIED, SILENT, OTHER = "unknown", "denied", "silent", "other"
HUB = "Docker Hub"

#: in this order: a registry that asks for a login says so before it says that there is nothing
_SAYS = (
    (SILENT, (
        "timeout", "timed out", "deadline exceeded", "connection refused", "no route to host", "network is unreachable", "no such host",
        "server misbehaving", "name resolution", "connection reset", ": eof", "service unavailable", "bad gateway", "gateway time",
        "remotedisconnected", "broken pipe", "no end after",
    )),
    (DENIED, ("unauthorized", "authentication required", "no basic auth", "forbidden", "denied")),
    (UNKNOWN, ("not found", "manifest unknown", "name unknown", "does not exist", "name_unknown", "manifest_unknown")),
)  # fmt: skip


def kind(said: str) -> str:
    lowered = said.lower()
    return next((found for found, words in _SAYS if any(word in lowered for word in words)), OTHER)


def of(reference: str) -> str:
    """Who has it: as Docker reads it, a first part is a host only by its dot or port."""
    first, slash, _ = reference.partition("/")
    return first if slash and (first == "localhost" or "." in first or ":" in first) else HUB


def refusal(reference: str, said: str) -> str:
    """One line for people."""
    said = " ".join(said.split())[:300] or "no answer"
    registry = of(reference)
    if kind(said) == SILENT:
        return (
            f"image {reference}: registry {registry} does not answer ({said}); start it, or mend the way to it, and run this again. "
            "A rollback to what rests in the other slot needs no registry"
        )
    if kind(said) == DENIED:
        login = "docker login" if registry == HUB else f"docker login {registry}"
        return f"image {reference}: {registry} refuses it ({said}); log in ({login}), or correct the reference"
    if kind(said) == UNKNOWN:
        return f"unknown image {reference} ({said}); push it, or correct the tag"
    return f"image {reference} cannot be had ({said}); look at registry {registry} and at: journalctl -u docker"
