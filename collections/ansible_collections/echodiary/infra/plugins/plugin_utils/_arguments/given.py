# SPDX-License-Identifier: GPL-3.0-or-later
"""What of the given values is meant otherwise than it would be read, in words for whoever typed it. Pure."""

from __future__ import annotations

import difflib
import json
import re
import shlex
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from ansible.parsing.splitter import parse_kv, split_args

from .conversion import ConversionError, Option, converted

#: Where Ansible keeps words of ``-e`` that belong to no variable.
LEFT_OVER = "_raw_params"
#: What a host has, as the inventory says of each.
LISTED = "components"
#: How alike two names are before one is taken for the other misspelt: one letter in six, no less.
ALIKE = 0.85


class Converted(NamedTuple):
    values: dict[str, Any]  # only what changed
    problems: list[str]


def conversions(given: Mapping[str, Any], options: Mapping[str, Option]) -> Converted:
    """Every given value that is declared, as its type."""
    values, problems = {}, []
    for name in given.keys() & options.keys():
        try:
            new = converted(given[name], options[name])
        except ConversionError as error:
            problems.append(_unfit(name, error, options[name]))
            continue
        if new is not given[name]:
            values[name] = new
    return Converted(values, sorted(problems))


def _unfit(name: str, error: ConversionError, option: Option) -> str:
    shown = "its value (a secret, not shown)" if option.get("no_log") else f"'{error.text}'"
    return f"{name}: {shown} is no {error.declared}{error.example}"


def left_over(texts: Iterable[str]) -> list[str]:
    """Of the texts of ``-e``, those of which words belong to no variable: the shell took the quotes away."""
    problems = []
    for text in texts:
        if text[:1] in "@[{" or LEFT_OVER not in parse_kv(text):
            continue
        problems.append(f"-e {shlex.quote(text)}: only the first word would be kept; write {' '.join(map(command_form, _meant(text)))}")
    return problems


def _meant(text: str) -> Iterator[tuple[str, str]]:
    """Names and values as they were meant: words without a name belong to the value before them."""
    name = ""
    words: list[str] = []
    for word in split_args(text):
        if "=" in word:
            if name:
                yield name, " ".join(words)
            name, _, first = word.partition("=")
            words = [first]
        else:
            words.append(word)
    yield name or "<variable>", " ".join(words)


def command_form(pair: tuple[str, str]) -> str:
    """``-e`` with a value of any words, as it is typed into a shell."""
    name, value = pair
    if re.fullmatch(r"[\w.:@%+/-]+", value, re.ASCII):
        return f"-e {name}={value}"
    if value.isprintable() and not set(value) & set("'\"\\$`!{"):
        return f"-e \"{name}='{value}'\""
    return f"-e {shlex.quote(json.dumps({name: value}))}"


def of_every_host(typed: Mapping[str, Any], declared: Collection[str] = ()) -> list[str]:
    """What is typed wins for every host, and so would be what all of them have. ``declared``: what the playbook takes."""
    if LISTED not in typed or LISTED in declared:
        return []
    given = typed[LISTED]
    names = [name.strip() for name in given.split(",")] if isinstance(given, str) else given
    command = f"ansible <host> -b -m echodiary.infra.converge -a {shlex.quote(json.dumps({LISTED: names}, default=str))}"
    return [f"-e {LISTED}=… would say of every host what it has, and take away the rest; to converge these of one host: {command}"]


def misspelt(given: Iterable[str], known: Collection[str], short: Collection[str] = ()) -> dict[str, str]:
    """Unknown name -> the known one that it is close to. ``short``: names that may be given without their prefix, too."""
    found = {}
    for name in sorted(given):
        if name not in known and not name.startswith(("ansible_", "_")):
            right = _nearest(name, known) or _whole(name, short)
            found.update({name: right} if right else {})
    return found


def _nearest(name: str, known: Collection[str]) -> str:
    return next(iter(difflib.get_close_matches(name, known, n=1, cutoff=ALIKE)), "")


def _whole(name: str, names: Collection[str]) -> str:
    """``revision`` where only ``deploy_revision`` is there."""
    ending = [known for known in names if known.endswith(f"_{name}")]
    return ending[0] if len(ending) == 1 else ""
