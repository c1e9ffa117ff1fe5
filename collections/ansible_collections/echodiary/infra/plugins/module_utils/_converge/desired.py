# SPDX-License-Identifier: GPL-3.0-or-later
"""A component's manifest, resolved for this host: contents decoded, owner names turned into numbers."""

from __future__ import annotations

import binascii
import grp
import pwd
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple, cast

from .._kinds import model, paths

if TYPE_CHECKING:
    from .._kinds import documents, remembered


class Desired(NamedTuple):
    """``values`` holds every declared path (files, directories, links), ``files`` the contents to write.

    ``initial``: files whose contents are somebody else's once they are there.
    """

    values: dict[str, remembered.PathValue]
    files: dict[str, model.File]
    sensitive: frozenset[str]
    initial: frozenset[str] = frozenset()

    def digest(self, selected: list[str]) -> str:
        """One word for the contents of some paths, so that "what it loaded" can be recorded."""
        joined = "\n".join(f"{path} {self.values[path].get('content', '')}" for path in sorted(selected))
        return paths.digest(joined.encode(), None)[:24]


class _Accounts:
    """Owner and group names to ids; a name that the run itself will create stays a name (check mode on a fresh host)."""

    def __init__(self, lenient: bool, component: str) -> None:
        self._lenient = lenient
        self._component = component

    def uid(self, name: str, path: str) -> int | str:
        return self._id(name, path, "owner", lambda: pwd.getpwnam(name).pw_uid)

    def gid(self, name: str, path: str) -> int | str:
        return self._id(name, path, "group", lambda: grp.getgrnam(name).gr_gid)

    def _id(self, name: str, path: str, what: str, look_up: Callable[[], int]) -> int | str:
        if name.isdigit():
            return int(name)
        try:
            return look_up()
        except KeyError:
            if self._lenient:
                return name
        raise model.ConvergeError(f"{path}: unknown {what} '{name}' on this host; create it (users, packages) or name another")


def resolve(spec: documents.ComponentSpec, key: bytes, lenient: bool) -> Desired:
    """``lenient``: unknown owners are predicted, not refused."""
    accounts = _Accounts(lenient, spec["name"])
    values: dict[str, remembered.PathValue] = {}
    files: dict[str, model.File] = {}
    sensitive = frozenset(path for path, file in spec["files"].items() if file["sensitive"])
    for path, policy in spec["directories"].items():
        values[path] = {"kind": "directory", **_owner(accounts, path, policy)}
    for path, target in spec["links"].items():
        values[path] = {"kind": "link", "target": target}
    for path, file in spec["files"].items():
        name = named(file["content"])
        content = b"" if name else decode(file["content"])
        owner = _owner(accounts, path, file)
        digest = name["sha256"] if name else paths.digest(content, key if path in sensitive else None)
        values[path] = {"kind": "file", "content": digest, **owner}
        # a name that is no number yet only ever reaches a staging mirror that is read by root
        uid, gid = (one if isinstance(one, int) else 0 for one in (owner["uid"], owner["gid"]))
        size = name["size"] if name else len(content)
        files[path] = model.File(content, int(file["mode"], 8), uid, gid, name["sha256"] if name else "", size)
    return Desired(values, files, sensitive, frozenset(path for path, file in spec["files"].items() if file.get("initial")))


def begun(want: Desired, seen: Mapping[str, paths.Live]) -> Desired:
    """An ``initial`` file that is there is written, should its mode or owner differ, with the contents that it has."""
    there = [path for path in want.initial if (live := seen[path].value) and live["kind"] == "file"]
    return want._replace(files={**want.files, **{path: _as_it_is(path, want.files[path]) for path in there}}) if there else want


def _as_it_is(path: str, file: model.File) -> model.File:
    return file._replace(content=b"", sha256=file.sha256 or paths.digest(file.content, None), source=path)


def _owner(accounts: _Accounts, path: str, policy: documents.DirectorySpec) -> remembered.PathValue:
    mode = f"{int(policy['mode'], 8):04o}"
    return {"mode": mode, "uid": accounts.uid(policy["owner"], path), "gid": accounts.gid(policy["group"], path)}


def named(content: documents.Content) -> documents.Named | None:
    """The digest that stands in place of contents which are long."""
    return cast("documents.Named", content) if isinstance(content, dict) and "sha256" in content else None


def decode(content: documents.Content) -> bytes:
    """Text travels as text, anything else as {"b64": …}; what is long does not travel, {"sha256", "size"} stands for it."""
    return content.encode() if isinstance(content, str) else binascii.a2b_base64(cast("documents.Binary", content)["b64"])
