# SPDX-License-Identifier: GPL-3.0-or-later
"""What a converge result says, in words: no layout, no colours, no I/O."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from ansible_collections.echodiary.infra.plugins.module_utils._kinds.model import Resource
from ansible_collections.echodiary.infra.plugins.plugin_utils._common import outputs

if TYPE_CHECKING:
    from ansible_collections.echodiary.infra.plugins.module_utils._kinds.documents import Told as Change

_Groups = dict[tuple[str, str], dict[str, list[str]]]

#: How many resources of one kind are named before they are only counted; of what somebody changed on a host, more:
#: that line is why people look. Every one is named with -v.
NAMED_AT_MOST = 2
CHANGED_NAMED_AT_MOST = 6
#: Characters after which less is named, in the end only what somebody changed on the host.
LONG = 120

_PAST = {
    "create": "created",
    "update": "updated",
    "remove": "removed",
    "install": "installed",
    "start": "started",
    "stop": "stopped",
    "enable": "enabled",
    "disable": "disabled",
    "restart": "restarted",
    "reload": "reloaded",
    "pull": "pulled",
    "report": "found",
    "restore": "restored",
    "unmask": "unmasked",
}
_ORIGIN = {"corrective": " (changed on the host)", "conflict": " (changed on the host and in git)"}
_DIGEST = re.compile(r"@sha256:([0-9a-f]{12})[0-9a-f]*")


class Called(NamedTuple):
    """Resources of a kind: one, several, and what stands before a name that would not tell what it is."""

    one: str
    several: str
    prefix: str = ""


@functools.cache
def _called() -> Mapping[str, Called]:
    # what most runs never show is read when something is to be shown: the output is loaded before anything keeps bytecode
    from ansible_collections.echodiary.infra.plugins.module_utils._kinds import kinds

    return {
        "file": Called("file", "files"),
        "directory": Called("directory", "directories"),
        "link": Called("link", "links"),
        "stranger": Called("stranger", "strangers", "stranger "),
        **{kind.NAME: Called(*kind.WORDS, kind.PREFIX) for kind in kinds.ALL},
        "service": Called("container", "containers", "container "),
        "image": Called("image", "images", "image "),
        "process": Called("process", "processes"),
        "component": Called("component", "components", "component "),
        "account": Called("account", "accounts", "account "),
        "password": Called("password", "passwords", "password of "),
        "member": Called("membership", "memberships", "member "),
        "key": Called("key", "keys", "key "),
        "sshd": Called("setting of sshd", "settings of sshd", "sshd "),
        "apt": Called("setting of apt", "settings of apt", "apt "),
        "hold": Called("hold", "holds", "hold of "),
        "socket": Called("socket", "sockets", "socket "),
    }


def sentence(changes: Iterable[Change], *, check: bool) -> str:
    """All changes of one component on one line: "updated /etc/a, user bob; restarted web.service"."""
    groups: _Groups = {}
    for change in changes:
        kind, name = split_resource(str(change.get("resource", "")))
        key = (str(change.get("action", "update")), str(change.get("origin", "pending")))
        groups.setdefault(key, {}).setdefault(kind, []).append(outputs.name(name))
    shorter_and_shorter = (_sentence(groups, check, named) for named in range(NAMED_AT_MOST, -1, -1))
    return next((said for said in shorter_and_shorter if len(said) <= LONG), _sentence(groups, check, 0))


def _sentence(groups: _Groups, check: bool, named_at_most: int) -> str:
    found = [_group(*key, kinds, named_at_most) for key, kinds in groups.items() if key[0] == "report"]
    done = [_group(*key, kinds, named_at_most, check=check) for key, kinds in groups.items() if key[0] != "report"]
    return "; ".join([*found, *([f"would {done[0]}", *done[1:]] if check and done else done)])


def _group(action: str, origin: str, kinds: Mapping[str, list[str]], named_at_most: int, *, check: bool = False) -> str:
    most = CHANGED_NAMED_AT_MOST if origin in _ORIGIN else named_at_most
    names = ", ".join(_names(kind, named, most) for kind, named in kinds.items())
    return f"{action if check else _PAST.get(action, action)} {names}{_ORIGIN.get(origin, '')}"


def _names(kind: str, names: list[str], named_at_most: int) -> str:
    called = _called().get(kind) or Called(kind, kind)
    if len(names) <= named_at_most:
        return ", ".join(called.prefix + name for name in names)
    return f"{len(names)} {called.one if len(names) == 1 else called.several}"


def split_resource(resource: str) -> tuple[str, str]:
    """("file", "/etc/x") of "file:/etc/x"; digests shortened to twelve digits."""
    kind, name = Resource.parse(resource)
    return kind, _DIGEST.sub(r"@\1", name or resource)


def count(number: int, noun: str) -> str:
    """ "1 host", "3 hosts"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def duration(seconds: float) -> str:
    """ "0.31 s", "12.4 s", "3 min 05 s"."""
    if seconds < 10:
        return f"{seconds:.2f} s"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s"


#: text from a host: it must not be able to steer the reader's terminal
clean = outputs.terminal
