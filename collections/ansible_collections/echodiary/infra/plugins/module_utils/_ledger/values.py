# SPDX-License-Identifier: GPL-3.0-or-later
"""What JSON holds. Only types: nobody asks for this file while a program runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Union

#: a value of a document whose shape nobody declares
Json = Union[None, bool, int, float, str, Sequence["Json"], Mapping[str, "Json"]]
