# SPDX-License-Identifier: GPL-3.0-or-later
"""One call on a host: a package of module_utils and a manifest in, one answer out.

Ansible's own module wrapper imports ``module_utils.basic`` on the host before a module's first line runs, which costs more there than a
whole check. So the sources themselves are sent, behind ``module_utils/_loader.py``, which makes them importable there.
What the host keeps of an earlier call is not sent again.
"""

from __future__ import annotations

import functools
import json
import zlib
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict

from ansible.errors import AnsibleConnectionFailure

from ...module_utils import _loader
from ...module_utils._host import answers
from .._common.errors import SpecError
from . import kept, packages, pieces
from .kept import Kept
from .packages import Package

if TYPE_CHECKING:
    from ansible.plugins.action import ActionBase

    from .variables import TaskVars


class NoAnswerError(SpecError):
    """One line: the host said nothing that could be read, what it said instead, and what to look at."""


class Ran(TypedDict):
    """What Ansible says of a command that it ran."""

    rc: int
    stdout: str
    stderr: str


class Heard(NamedTuple):
    """``calls``: how many it took."""

    answer: Any
    calls: int


#: Takes the loader from what is sent, or from where it is kept, where nobody else may write; and says that it lacks it.
_BOOTSTRAP = (
    "import os,sys,zlib;s=sys.stdin.buffer;n,d=s.readline().decode().split();w='{folder}';f=w+'/loader-'+d;"
    "o=lambda p:(lambda i:i.st_uid==os.geteuid()and not i.st_mode&18)(os.lstat(p));"
    "b=s.read(int(n))or(os.path.exists(f)and o(w)and o(f)and open(f,'rb').read());"
    "b and exec(zlib.decompress(b));m=chr(2)+'echodiary'+chr(2);"
    "answer(s,b,d,w)if b else print(m+'0'+m)"
)


def call(action: ActionBase, package: Package, manifest: Mapping[str, Any], task_vars: TaskVars) -> Any:
    """Run ``package`` on the host of ``action`` with its become; the answer of its ``main``, which may say ``failed``."""
    return exchange(action, package, manifest, task_vars).answer


def exchange(
    action: ActionBase, package: Package, manifest: Mapping[str, Any], task_vars: TaskVars, secrets: Collection[str] | None = None
) -> Heard:
    """As ``call``. Where ``secrets`` says what of the manifest is one, the host keeps all else: it will be asked for much the same again.

    One that lacks what it was thought to keep does nothing and is sent all of it.
    """
    memory = kept.of(action, package.name, task_vars)
    known, told, keep = memory.read(), pieces.folded(manifest, secrets or ()), not action._task.check_mode
    lasting = secrets is not None
    said, calls = _once(action, message(package, told, known, keep, lasting), task_vars), 1
    if said.answer == int(_loader.LACKS):
        known = Kept()
        memory.write(*known)
        said, calls = _once(action, message(package, told, known, keep, lasting), task_vars), 2
    if said.kept:
        memory.write(_code(package), told.pieces if lasting else known.pieces)
    return Heard(said.answer, calls)


class _Said(NamedTuple):
    answer: Any
    kept: bool


def _once(action: ActionBase, sent: bytes, task_vars: TaskVars) -> _Said:
    python = interpreter(action, task_vars)
    ran = execute(action, command(python), sent, task_vars)
    answer = answers.found(ran["stdout"])
    if answer is None:
        said = (ran["stderr"] or ran["stdout"]).strip()[-2000:]
        raise NoAnswerError(f"no answer from the host (exit {ran['rc']}): {said}; is {python} there, and does become work?")
    return _Said(answer, answers.after(ran["stdout"]).startswith(_loader.KEPT))


def execute(action: ActionBase, command: str, sent: bytes, task_vars: TaskVars) -> Ran:
    """One command on the host of ``action``.

    Where one host's failure is everybody's (``any_errors_fatal``, ``run_once``), a host that cannot be reached is a failure like any other:
    Ansible would take it out of the play, past every ``rescue`` and ``always``, and with it whoever had only delegated the task.
    """
    try:
        ran: Ran = action._low_level_execute_command(command, in_data=sent)
    except AnsibleConnectionFailure as error:
        if not (action._task.any_errors_fatal or action._task.run_once):
            raise
        raise NoAnswerError(f"{action._task.delegate_to or task_vars['inventory_hostname']} is unreachable: {error}") from error
    return ran


def interpreter(action: ActionBase, task_vars: TaskVars) -> str:
    """Asking the host which Python it has would be a call of its own."""
    chosen = str(action._templar.template(task_vars.get("ansible_python_interpreter") or "/usr/bin/python3"))
    return "/usr/bin/python3" if chosen.startswith("auto") else chosen


def command(interpreter: str, folder: str = _loader.FOLDER) -> str:
    """What is run on the host: no user or site packages, nothing written as bytecode, no secret in the process list."""
    return f'{interpreter} -ISB -c "{_BOOTSTRAP.format(folder=folder)}"'


def payload(package: Package, manifest: Mapping[str, Any], keep: bool = False) -> bytes:
    """All that a host needs. ``keep``: the host may keep the package compiled, for the next call to be quicker."""
    return message(package, pieces.folded(manifest), Kept(), keep)


def message(package: Package, told: pieces.Folded, known: Kept, keep: bool = False, lasting: bool = False) -> bytes:
    """What the host is not known to keep, and how the rest is called."""
    sent, loader = packages.shipped(package), _loader_source()
    sources, me = (b"", b"") if known.code == _code(package) else (packages.compressed(package), loader)
    about = {"package": package.name, "digest": sent.digest, "size": len(sources), "keep": keep, "lasting": lasting}
    document = {"root": told.root, "pieces": {name: text for name, text in told.pieces.items() if name not in known.pieces}}
    head = b"%d %s\n%s%s\n" % (len(me), pieces.digest(loader).encode(), me, json.dumps(about).encode())
    return head + sources + zlib.compress(json.dumps(document).encode())


def _code(package: Package) -> str:
    return f"{pieces.digest(_loader_source())} {packages.shipped(package).digest}"


@functools.cache
def _loader_source() -> bytes:
    return zlib.compress(packages.bare(packages.source("_loader")).encode(), 9)
