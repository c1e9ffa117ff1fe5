# SPDX-License-Identifier: GPL-3.0-or-later
"""What a model refuses, as one line for people: where, why, what to do next. Never the whole of what was given: a URL may be a secret."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from gitops.errors import GitopsError

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

T = TypeVar("T")

_WHY = {
    "missing": "is missing",
    "extra_forbidden": "is not known",
    "tuple_type": "has to be a list",
    "list_type": "has to be a list",
    "model_type": "has to be a mapping",
    "dataclass_type": "has to be a mapping",
    "dict_type": "has to be a mapping",
    "string_type": "has to be text",
    "too_short": "must not be empty",
}


def checked(kind: TypeAdapter[T], data: Any, file: str) -> T:
    """What a file of ours holds. GitopsError where it holds anything else."""
    try:
        return kind.validate_python(data)
    except ValidationError as error:
        raise GitopsError(f"{file} is not what this version writes: {refusal(error, 'move it away to begin anew')}") from error


def refusal(error: ValidationError, advice: str) -> str:
    """The first of what is wrong, and how much more there is."""
    found = error.errors(include_url=False)
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    return f"{_told(found[0], advice)}{more}"


def _told(one: ErrorDetails, advice: str) -> str:
    where = _place(one["loc"])
    if one["type"] == "value_error":
        return f"{where}: {one['ctx']['error']}"
    why = _WHY.get(one["type"]) or one["msg"][0].lower() + one["msg"][1:]
    given = "" if one["type"] in ("missing", "extra_forbidden") else _shown(one["input"])
    return f"{where}: {given}{why}; {advice}"


def _place(parts: tuple[int | str, ...]) -> str:
    """windows[0].kind"""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts)
    return text.removeprefix(".") or "all of it"


def _shown(given: object) -> str:
    """Short words, numbers and nothing that might be an address."""
    plain = isinstance(given, (str, int, float)) and "/" not in str(given) and len(str(given)) <= 40
    return f"{given!r} is refused: " if plain else ""
