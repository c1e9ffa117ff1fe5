# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host is asked of images, and what it says. Only types: nobody asks for this file while a program runs."""

from __future__ import annotations

from typing import TypedDict


class Asked(TypedDict):
    images: list[str]


class Answer(TypedDict):
    """``refused``: why an image cannot run here; ``unknown``: of which nobody said, and why."""

    refused: list[str]
    unknown: list[str]
