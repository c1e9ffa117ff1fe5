# SPDX-License-Identifier: GPL-3.0-or-later
"""What is kept, and what people announced, as files. What cannot be read is as if it were not there, and said to the journal."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from .shapes import Kept, Notice

FORMAT = 1


def kept(path: str) -> Kept:
    found = _read(path)
    if isinstance(found, dict) and found.get("format") == FORMAT:
        return {"format": FORMAT, "days": found["days"], "outages": found["outages"]}
    return {"format": FORMAT, "days": {}, "outages": []}


def keep(path: str, what: Kept) -> None:
    """A power cut leaves the one before."""
    fresh = f"{path}.new"
    with open(fresh, "w", encoding="utf-8") as file:
        json.dump(what, file, sort_keys=True)
        file.flush()
        os.fsync(file.fileno())
    os.replace(fresh, path)


def notices(path: str) -> list[Notice]:
    found = _read(path)
    listed = found.get("notices") if isinstance(found, dict) else None
    return listed if isinstance(listed, list) else []


def _read(path: str) -> Any:
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        print(f"{path} cannot be read, and is left out: {error}", file=sys.stderr, flush=True)
        return None
