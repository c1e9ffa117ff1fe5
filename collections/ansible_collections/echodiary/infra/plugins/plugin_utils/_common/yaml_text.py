# SPDX-License-Identifier: GPL-3.0-or-later
"""Plain YAML, without Ansible's templates and tags, where every run waits for it."""

from __future__ import annotations

from typing import Any

import yaml

#: libyaml's parser takes a tenth of the time of Python's
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load(text: str | bytes) -> Any:
    """yaml.YAMLError for what is none."""
    return yaml.load(text, Loader=_LOADER)  # noqa: S506 (the C implementation of SafeLoader)
