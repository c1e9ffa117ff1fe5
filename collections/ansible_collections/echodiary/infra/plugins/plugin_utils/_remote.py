# SPDX-License-Identifier: GPL-3.0-or-later
"""One remote call: a package of module_utils goes in compressed, ``main.run(manifest)`` runs there, its answer comes back.

Ansible's own module wrapper imports ``module_utils.basic`` on the host before a module's first line runs, which costs more there than a
whole check. So the sources themselves are sent, behind ``module_utils/_loader.py``, which makes them importable there.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import zlib
from typing import Any, NamedTuple

from ansible.errors import AnsibleConnectionFailure

from ..module_utils import _loader


class NoAnswerError(Exception):
    """One line: the host said nothing that could be read, what it said instead, and what to look at."""


class Package(NamedTuple):
    """``name`` is the package whose ``main`` is run; ``files`` are all files it takes, as ``package.file``."""

    name: str
    files: tuple[str, ...]


MARKER = _loader.MARKER

_BOOTSTRAP = "import sys,zlib;s=sys.stdin.buffer;exec(zlib.decompress(s.read(int(s.readline()))));answer(s)"


def call(action: Any, package: Package, manifest: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
    """Run ``package`` on the host of ``action`` (an action plugin) with its become; its answer, which may say ``failed``."""
    python = interpreter(action, task_vars)
    sent = payload(package, manifest, keep=not action._task.check_mode)
    ran = execute(action, command(python), sent, task_vars)
    answer = parse(ran["stdout"])
    if answer is None:
        said = (ran["stderr"] or ran["stdout"]).strip()[-2000:]
        raise NoAnswerError(f"no answer from the host (exit {ran['rc']}): {said}; is {python} there, and does become work?")
    return answer


def answer(action: Any, package: Package, manifest: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
    """As ``call``, for a task that has nothing to say without an answer: it has failed with that one line, and ``failed_when`` may think
    otherwise, which it is not asked where an exception ends the task."""
    try:
        return call(action, package, manifest, task_vars)
    except NoAnswerError as error:
        return {"failed": True, "msg": str(error)}


def execute(action: Any, command: str, sent: bytes, task_vars: dict[str, Any]) -> dict[str, Any]:
    """One command on the host of ``action``.

    Where one host's failure is everybody's (``any_errors_fatal``, ``run_once``), a host that cannot be reached is a failure like any other:
    Ansible would take it out of the play, past every ``rescue`` and ``always``, and with it whoever had only delegated the task.
    """
    try:
        ran: dict[str, Any] = action._low_level_execute_command(command, in_data=sent)
    except AnsibleConnectionFailure as error:
        if not (action._task.any_errors_fatal or action._task.run_once):
            raise
        raise NoAnswerError(f"{action._task.delegate_to or task_vars['inventory_hostname']} is unreachable: {error}") from error
    return ran


def interpreter(action: Any, task_vars: dict[str, Any]) -> str:
    """Asking the host which Python it has would be a call of its own."""
    chosen = str(action._templar.template(task_vars.get("ansible_python_interpreter") or "/usr/bin/python3"))
    return "/usr/bin/python3" if chosen.startswith("auto") else chosen


def command(interpreter: str) -> str:
    """What is run on the host: no user or site packages, nothing written as bytecode, no secret in the process list."""
    return f'{interpreter} -ISB -c "{_BOOTSTRAP}"'


def payload(package: Package, manifest: dict[str, Any], keep: bool = False) -> bytes:
    """``keep``: the host may keep the package compiled, for the next call to be quicker."""
    sent, digest = shipped(package)
    about = {"package": package.name, "digest": digest, "size": len(sent), "keep": keep}
    loader = _loader_source()
    return b"%d\n%s%s\n%s%s" % (len(loader), loader, json.dumps(about).encode(), sent, zlib.compress(json.dumps(manifest).encode()))


def files_of(package: str) -> list[str]:
    """The names of all files of a package of module_utils."""
    from .. import module_utils

    directory = os.path.join(next(iter(module_utils.__path__)), package)
    return sorted(name[:-3] for name in os.listdir(directory) if name.endswith(".py") and name != "__init__.py")


@functools.lru_cache(maxsize=8)
def shipped(package: Package) -> tuple[bytes, str]:
    """All sources, compressed, and their digest. The same for every host: asked for before Ansible forks, it is made once."""
    sources = {name: _read(*name.split(".")) for name in package.files}
    document = json.dumps(sources).encode()
    return zlib.compress(document, 9), hashlib.sha256(document).hexdigest()


@functools.lru_cache(maxsize=1)
def _loader_source() -> bytes:
    return zlib.compress(_read("_loader").encode(), 9)


def _read(*parts: str) -> str:
    from .. import module_utils

    with open(os.path.join(next(iter(module_utils.__path__)), *parts) + ".py", encoding="utf-8") as handle:
        return handle.read()


def parse(stdout: str) -> dict[str, Any] | None:
    """The answer, or None when the host sent none."""
    parts = stdout.split(MARKER)
    if len(parts) != 3:
        return None
    answer: dict[str, Any] = json.loads(parts[1])
    return answer
