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

COLLECTION = Path("collections/ansible_collections/echodiary/infra")
#: A door of this checkout (playbooks/x.yml), or the name that works everywhere. Modules and roles have such names too.
_PLAYBOOK = re.compile(
    r"\bplaybooks/(?P<door>[a-z][\w/-]*\.yml)|(?<![.\w])echodiary\.infra\.(?P<name>(?:incident\.)?[a-z]\w*)\b(?!\.[\w{<])"
)
_RUN = re.compile(r"\bansible-playbook (?:-\w \S+ )*$")
#: An option as it stands in a shell: quoted as a whole, or a bare word. What is templated in stands for a word.
_OPTION = re.compile(
    r"""(?<![\w-])-e (?P<text>"\w+=[^"\n]*"|'\w+=[^'\n]*'|[A-Za-z_]\w*=(?P<rest>\{\{.*?\}\}|["'](?! ~)|[^\s`"')\]}|;]*))"""
)
_NAME = re.compile(r"""["']?([A-Za-z_]\w*)=""")


class Playbooks(NamedTuple):
    """``takes``: playbook, as in ``echodiary.infra.<playbook>`` -> what it takes. ``roles``: what roles take, whatever playbook runs them.
    ``other``: what else has such a name. ``doors``: paths below playbooks/."""

    takes: Mapping[str, Set[str]]
    roles: Set[str]
    other: Set[str]
    doors: Set[str]


class Named(NamedTuple):
    """``run``: it stands in a command. ``options``: they follow it."""

    at: int
    playbook: str
    run: bool
    door: str
    options: bool


def name_of(path: Path, folder: Path) -> str:
    """``incident.db_locks`` of incident/db_locks.yml, and of the door incident/db-locks.yml."""
    return ".".join(path.relative_to(folder).with_suffix("").parts).replace("-", "_")


def files(folder: Path) -> list[Path]:
    """Playbooks, without what they are made of."""
    return sorted(path for path in (*folder.glob("*.yml"), *folder.glob("incident/*.yml")) if path.name != "vars.yml")


def playbooks(root: Path) -> Playbooks:
    folder = root / COLLECTION / "playbooks"
    takes = {name_of(path, folder): set(declared.playbook_options(path) or {}) for path in files(folder)}
    doors = {path.relative_to(root / "playbooks").as_posix() for path in files(root / "playbooks")}
    return Playbooks(takes, set(declared.role_options(declared.ROLES)), _others(root / COLLECTION), doors)


def _others(collection: Path) -> set[str]:
    files = {
        path.stem
        for kind in ("action", "callback", "doc_fragments", "filter", "modules")
        for path in (collection / "plugins" / kind).iterdir()
    }
    return files | {path.name for path in (collection / "roles").iterdir()} | {"fleet"}


def command_problems(path: Path, known: Playbooks, root: Path) -> list[str]:
    """Of every command in a text, a playbook's own header included."""
    folder = root / COLLECTION / "playbooks"
    own = name_of(path, folder) if path.is_relative_to(folder) else ""
    problems = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        where = f"{path.relative_to(root)}:{number}"
        problems += [f"{where}: {said}" for said in line_problems(line.replace('\\"', '"'), known, own)]
    return problems


def line_problems(line: str, known: Playbooks, own: str = "") -> Iterator[str]:
    named = list(_named(line))
    for one in named:
        yield from _name_problems(one, known)
    for option in _OPTION.finditer(line):
        # A closing bracket ends what was said of that playbook.
        before = [one.playbook for one in named if one.playbook in known.takes and _is_said_of(one, line[: option.start()])]
        yield from _option_problems(option, _allowed(known, before[-1] if before else own))


def _is_said_of(one: Named, before: str) -> bool:
    return one.at < len(before) and ")" not in before[one.at :]


def _named(line: str) -> Iterator[Named]:
    for match in _PLAYBOOK.finditer(line):
        door = match["door"] or ""
        playbook = match["name"] or name_of(Path(door), Path())
        yield Named(match.start(), playbook, bool(_RUN.search(line[: match.start()])), door, line.startswith(" -", match.end()))


def _name_problems(one: Named, known: Playbooks) -> Iterator[str]:
    if one.door:
        if one.door not in known.doors and not one.door.startswith(("tasks/", "incident/tasks/", "meta/")):
            yield f"there is no playbooks/{one.door}"
    elif one.playbook not in known.takes and (one.run or one.playbook not in known.other):
        yield f"there is no echodiary.infra.{one.playbook}"
    elif one.playbook in known.takes and one.options and not one.run:
        yield f"echodiary.infra.{one.playbook} with options is no command; write ansible-playbook before it"


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
