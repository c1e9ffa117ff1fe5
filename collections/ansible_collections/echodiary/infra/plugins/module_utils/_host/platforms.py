# SPDX-License-Identifier: GPL-3.0-or-later
"""For which machines an image is, as its registry says before anything of it is pulled; and which one this is."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

#: what the kernel calls a machine -> what images call it
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm"}


def architecture() -> str:
    """This host's, as images call it."""
    return ARCHITECTURES.get(platform.machine(), platform.machine())


def machine() -> str:
    return f"linux/{architecture()}"


def refusal(reference: str, offered: Sequence[str]) -> str:
    """``offered``: what the registry has it for; one that does not say keeps nobody. Empty where it can run here."""
    if not offered or machine() in offered:
        return ""
    return (
        f"image {reference} is built for {', '.join(offered)}, this host is {architecture()}; build it for {machine()}, or pin a version "
        "that is"
    )
