# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller only: the hosts of an account are waited for at Session Manager, asked there for their keys, and known to ssh afterwards."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ansible.utils.display import Display

from ..module_utils._ledger import files
from ..plugin_utils._account import options
from ..plugin_utils._calls.base import LocalAction
from ..plugin_utils._common.errors import SpecError

if TYPE_CHECKING:
    from ..plugin_utils._account.aws import Aws
    from ..plugin_utils._account.declaration import Environment
    from ..plugin_utils._reach.hosts import Host
    from ..plugin_utils._reach.known_hosts import Book

display = Display()


class Options(options.Which):
    file: str | None
    every: bool
    accept: list[str]
    wait: float


class ActionModule(LocalAction[Options]):
    """``echodiary.infra.host_keys: {declared: …, environment: production, account: "123456789012", login: {region: ap-northeast-2}}``"""

    ARGUMENTS = {
        **options.SPEC,
        "file": {"type": "path"},
        "every": {"type": "bool", "default": False},
        "accept": {"type": "list", "elements": "str", "default": []},
        "wait": {"type": "float", "default": 600.0},
    }

    def _answer(self, args: Options) -> dict[str, Any]:
        from ..plugin_utils._account import aws, declaration
        from ..plugin_utils._reach import hosts, known_hosts, words

        sources = self._vars.get("ansible_inventory_sources") or []
        path, account = args["file"] or words.beside(sources), aws.of(args["login"])
        env = declaration.read(args["declared"], args["environment"], args["account"], args["login"]["region"], {})
        try:
            found = hosts.found(account, env)
            book = known_hosts.read(_text(path), env.prefix)
            asked = [host for host in found if host.running and host.name in env.declared["hosts"] and _is_asked(host, book, args)]
            if self._check:
                return self._predicted(path, asked, known_hosts.written(book, env.prefix, found, {}))
            return self._known(account, env, path, book, found, asked, args)
        except SpecError as error:
            raise SpecError(f"{error}. {words.STAYS}") from None

    def _predicted(self, path: str, asked: Sequence[Host], text: str) -> dict[str, Any]:
        for host in asked:
            display.display(f"  {host}: would be waited for, and asked for its host keys")
        return {"changed": bool(asked) or text != _text(path), "file": path}

    def _known(
        self, account: Aws, env: Environment, path: str, book: Book, found: Sequence[Host], asked: Sequence[Host], args: Options
    ) -> dict[str, Any]:
        from ..plugin_utils._reach import agents, asking, known_hosts, words

        # who comes in by ssh need not have an agent, and is not waited for
        absent = agents.waited_for(account, asked, 0.0 if env.ssh_from else args["wait"], display.display)
        told = asking.keys(account, [host for host in asked if host.id not in absent])
        others = [host for host in asked if host.id in told.keys and host.id not in args["accept"] and _changed(host, book, told.keys)]
        right = {host: keys for host, keys in told.keys.items() if host not in {other.id for other in others}}
        changed = _write(path, known_hosts.written(book, env.prefix, found, right))
        for host in asked:
            if host.id in right:
                display.display(f"  {host}: its host keys are known ({path})")
            elif env.ssh_from and host.id not in told.keys and host.id not in book.known:
                display.display(f"  {words.without_agent(host, path)}")
        late = [agents.lateness(host, env.region, args["wait"], absent[host.id]) for host in asked if host.id in absent]
        problems = [*([] if env.ssh_from else [*late, *told.problems]), *(words.another(host, self._command()) for host in others)]
        if problems:
            raise SpecError("; ".join(problems))
        return {"changed": changed, "file": path}

    def _command(self) -> str:
        from ..plugin_utils._reach import words

        return words.command(self._vars.get("ansible_inventory_sources") or [])


def _is_asked(host: Host, book: Book, args: Options) -> bool:
    return args["every"] or host.id in args["accept"] or host.id not in book.known


def _changed(host: Host, book: Book, told: Any) -> bool:
    from ..plugin_utils._reach import known_hosts

    return host.id in book.known and known_hosts.differ(book.known[host.id], told[host.id])


def _text(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as handle:
            return handle.read()
    except FileNotFoundError:
        return ""


def _write(path: str, text: str) -> bool:
    if text == _text(path):
        return False
    files.make_directories(os.path.dirname(path), 0o755)
    files.write(path, text, 0o644)
    return True
