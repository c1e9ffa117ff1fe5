# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands that people are told to type: the playbook exists, takes the variables, and reads the values as they are meant."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping, Set
from pathlib import Path
from typing import NamedTuple

from ansible.errors import AnsibleError
from ansible.parsing.splitter import parse_kv
from ansible_collections.echodiary.infra.plugins.plugin_utils._arguments import declared, given

_PLAYBOOK = re.compile(r"\bplaybooks/([a-z][\w/-]*\.yml)")
#: An option as it stands in a shell: quoted as a whole, or a bare word. What is templated in stands for a word.
_OPTION = re.compile(
    r"""(?<![\w-])-e (?P<text>"\w+=[^"\n]*"|'\w+=[^'\n]*'|[A-Za-z_]\w*=(?P<rest>\{\{.*?\}\}|["'](?! ~)|[^\s`"')\]}|;]*))"""
)
_NAME = re.compile(r"""["']?([A-Za-z_]\w*)=""")


class Playbooks(NamedTuple):
    """``takes``: playbook -> what it takes. ``roles``: what roles take, whatever playbook runs them."""

    takes: Mapping[str, Set[str]]
    roles: Set[str]


def playbooks(root: Path) -> Playbooks:
    folder = root / "playbooks"
    found = {path.relative_to(folder).as_posix(): path for path in (*folder.glob("*.yml"), *folder.glob("incident/*.yml"))}
    takes = {name: set(options) for name, path in found.items() if (options := declared.playbook_options(path)) is not None}
    return Playbooks(takes, set(declared.role_options(declared.ROLES)))


def command_problems(path: Path, known: Playbooks, root: Path) -> list[str]:
    """Of every command in a text, a playbook's own header included."""
    own = path.relative_to(root / "playbooks").as_posix() if path.is_relative_to(root / "playbooks") else ""
    problems = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        where = f"{path.relative_to(root)}:{number}"
        problems += [f"{where}: {said}" for said in line_problems(line.replace('\\"', '"'), known, own)]
    return problems


def line_problems(line: str, known: Playbooks, own: str = "") -> Iterator[str]:
    named = [(match.start(), match[1]) for match in _PLAYBOOK.finditer(line)]
    for _at, playbook in named:
        if playbook not in known.takes and not _is_part(playbook):
            yield f"there is no playbooks/{playbook}, or its variables are not declared"
    for option in _OPTION.finditer(line):
        # A closing bracket ends what was said of that playbook.
        before = [
            playbook for at, playbook in named if at < option.start() and playbook in known.takes and ")" not in line[at : option.start()]
        ]
        yield from _option_problems(option, _allowed(known, before[-1] if before else own))


def _is_part(playbook: str) -> bool:
    """Task files and variables are named in comments, too."""
    return playbook.startswith(("tasks/", "incident/tasks/", "meta/")) or playbook == "incident/vars.yml"


def _allowed(known: Playbooks, playbook: str) -> Set[str]:
    every = {name for names in known.takes.values() for name in names}
    return known.takes.get(playbook, every) | known.roles


def _option_problems(option: re.Match[str], allowed: Set[str]) -> Iterator[str]:
    text = option["text"]
    if option["rest"] in ('"', "'"):
        yield f"-e {text}…: the shell takes these quotes away; write {given.command_form(('name', 'two words'))}"
        return
    try:
        values = parse_kv(shlex.split(text)[0]) if text[:1] in "\"'" else {}
    except (AnsibleError, ValueError) as error:
        yield f"-e {text}: {error}"
        return
    if given.LEFT_OVER in values:
        yield f"-e {text}: {values[given.LEFT_OVER]} belongs to no variable"
    name = _NAME.match(text)
    if name and name[1] not in allowed:
        yield f"-e {text}: nothing takes {name[1]}"
