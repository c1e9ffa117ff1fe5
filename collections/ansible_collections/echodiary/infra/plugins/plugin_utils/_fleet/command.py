# SPDX-License-Identifier: GPL-3.0-or-later
"""The command that was typed, as far as it is needed to type it again. Of secrets only the place is shown. Pure."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import yaml
from ansible.parsing.splitter import split_args

from ...module_utils._host import masking

MASK = masking.MASK
_NOTE = f" (secrets are not shown: type them again for {MASK})"


@dataclass(frozen=True)
class Command:
    """``extra_vars`` as they were given; ``secrets`` finds the names that are declared as such, and is asked only where they are shown."""

    program: str
    arguments: tuple[str, ...] = ()
    limit: str = ""
    extra_vars: tuple[str, ...] = ()
    secrets: Callable[[], Collection[str]] = frozenset

    def line(self, limit: Sequence[str] = ()) -> str:
        """The command again, without --check, for these hosts only when there are any."""
        only = ",".join(limit) or self.limit
        given = self._extra_vars()
        words = [*self.arguments, *(word for text in given for word in ("-e", text)), *(["--limit", only] if only else [])]
        return shlex.join([self.program, *words]) + ("" if given == list(self.extra_vars) else _NOTE)

    def _extra_vars(self) -> list[str]:
        """Files are named as they were: what is in them is not shown anyway."""
        if all(text.startswith("@") for text in self.extra_vars):
            return list(self.extra_vars)
        secrets = self.secrets()
        return [_shown(text, secrets) for text in self.extra_vars]


def _shown(text: str, secrets: Collection[str]) -> str:
    if text.startswith("@"):
        return text
    return _document(text, secrets) if text[:1] in ("{", "[") else _words(text, secrets)


def _words(text: str, secrets: Collection[str]) -> str:
    words = split_args(text)
    shown = [_word(word, secrets) for word in words]
    return text if shown == words else " ".join(shown)


def _word(word: str, secrets: Collection[str]) -> str:
    name, equals, value = word.partition("=")
    return f"{name}={_masked(name, value, secrets)}" if equals else word


def _document(text: str, secrets: Collection[str]) -> str:
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError:
        return MASK
    shown = _masked("", found, secrets)
    return text if shown == found else json.dumps(shown, ensure_ascii=False, default=str)


def _masked(name: str, value: Any, secrets: Collection[str]) -> Any:
    """``value`` of the variable ``name``; a secret has no structure that could be shown."""
    if name in secrets or masking.is_named(name):
        return MASK
    if isinstance(value, dict):
        return {key: _masked(str(key), item, secrets) for key, item in value.items()}
    if isinstance(value, list):
        return [_masked("", item, secrets) for item in value]
    return masking.mask(value, masking.find({name: value})) if isinstance(value, str) else value
