# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller only: keys of the gateway before model servers, as a file of the inventory has them. A new one is told once."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

import yaml

from ..module_utils._ledger import files
from ..plugin_utils._calls.base import LocalAction
from ..plugin_utils._common import pinned
from ..plugin_utils._common.errors import SpecError
from ..plugin_utils._gateway import keys

if TYPE_CHECKING:
    from ..plugin_utils._gateway.shapes import Keys

COMMENT = "Digests of keys, written by echodiary.infra.ai_keys. No key is in it."


class Options(TypedDict):
    path: str
    known: dict[str, Any]
    make: str
    revoke: str
    requests: int | None
    concurrency: int | None
    tokens_per_day: int | None


class ActionModule(LocalAction[Options]):
    """``echodiary.infra.ai_keys: {path: …, known: {}, make: shop}``"""

    ARGUMENTS = {
        "path": {"type": "path", "required": True},
        "known": {"type": "dict", "required": True},
        "make": {"type": "str", "default": ""},
        "revoke": {"type": "str", "default": ""},
        "requests": {"type": "int"},
        "concurrency": {"type": "int"},
        "tokens_per_day": {"type": "int"},
    }
    RULES = {"mutually_exclusive": [["make", "revoke"]]}

    def _answer(self, args: Options) -> dict[str, Any]:
        path, made = Path(args["path"]), keys.made()
        before, said = keys.checked(args["known"]), _read(path)
        _check_place(path, said, before)
        after = _after(before, args, made.digest)
        text = _text(path, said, after) if before != after else said
        if text != said and not self._check:
            _write(path, text)
        shown = made.key if args["make"] and not self._check else ""
        result = {"changed": before != after, "path": str(path), "keys": after, "listed": keys.listed(after), "key": shown}
        diff = {"before": said, "after": text, "before_header": str(path), "after_header": str(path)}
        return {**result, "diff": diff} if self._task.diff else result


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8") if path.exists() else ""
    except (OSError, ValueError) as error:
        raise SpecError(f"{path}: {error}; mend it, or name another file") from None


def _check_place(path: Path, said: str, known: Keys) -> None:
    """Written into a second place, a key that is revoked in one would be known by the other."""
    try:
        here = (yaml.safe_load(said) or {}).get(keys.VARIABLE) or {}
    except (yaml.YAMLError, AttributeError):
        raise SpecError(f"{path} is no mapping of variables to values; mend it, or name another file: -e keys_file=…") from None
    if here != known:
        there = ", ".join(sorted({*here} ^ {*known})) or "their limits"
        raise SpecError(f"{keys.VARIABLE}: {path} has other keys than the inventory ({there}); name the file that has them: -e keys_file=…")


def _text(path: Path, said: str, after: Keys) -> str:
    try:
        return pinned.text(said, keys.VARIABLE, after, COMMENT)  # type: ignore[arg-type]
    except ValueError as error:
        raise SpecError(f"{keys.VARIABLE} could not be written to {path}: {error}; it stays as it was") from None


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        files.write(str(path), text, 0o644)
    except OSError as error:
        raise SpecError(f"{keys.VARIABLE} could not be written to {path}: {error}; it stays as it was") from None


def _after(before: Keys, args: Options, digest: str) -> Keys:
    if args["revoke"]:
        return keys.without(before, args["revoke"])
    if not args["make"]:
        return before
    given = {"requests": args["requests"], "concurrency": args["concurrency"], "tokens_per_day": args["tokens_per_day"]}
    key: Any = {
        "sha256": digest,
        "made": datetime.now(UTC).strftime("%Y-%m-%d"),
        **{name: one for name, one in given.items() if one is not None},
    }
    return keys.with_key(before, args["make"], key)
