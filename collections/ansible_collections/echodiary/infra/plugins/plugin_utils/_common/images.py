# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts of a reference to an image. Pure."""

from __future__ import annotations

import re

_DIGEST = re.compile(r"@sha256:[0-9a-f]+$")
_TAG = re.compile(r":[A-Za-z0-9_][A-Za-z0-9._-]*$")


def repository(image: str) -> str:
    """Without digest and tag; a registry's port is no tag."""
    return _TAG.sub("", _DIGEST.sub("", image))
