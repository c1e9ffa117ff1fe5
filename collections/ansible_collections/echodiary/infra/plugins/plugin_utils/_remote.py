# SPDX-License-Identifier: GPL-3.0-or-later
"""The one remote call: code and manifest go in compressed on standard input, one JSON document comes back.

Ansible's own module wrapper imports ``module_utils.basic`` on the host before a module's first line runs, which costs more there than
a whole check. So the package in module_utils/_converge is sent as source and started by a bootstrap of five lines.
"""

from __future__ import annotations

import functools
import json
import os
import zlib
from typing import Any

#: in order of import: a file only imports what stands before it
MODULES = (
    "model", "masking", "globs", "state", "run", "paths", "owned", "packages", "users", "sysctl", "units",
    "http", "docker", "compose", "processes", "health", "staging", "transaction", "desired", "host",
    "reading", "planning", "view", "wellbeing", "acting", "undoing", "component", "main",
)  # fmt: skip

#: separates the answer from whatever a login shell prints before it
MARKER = "\x02echodiary\x02"

_BOOTSTRAP = "import sys,zlib,json;d=json.loads(zlib.decompress(sys.stdin.buffer.read()));exec(compile(d[0],'bootstrap','exec'))"

_LOADER = """
import sys, json, types
package = types.ModuleType("_converge")
package.__path__ = []
sys.modules["_converge"] = package
for name, source in d[1]:
    module = types.ModuleType("_converge." + name)
    module.__package__ = "_converge"
    sys.modules[module.__name__] = module
    setattr(package, name, module)
    exec(compile(source, "converge/" + name + ".py", "exec"), module.__dict__)
answer = package.main.run(d[2])
sys.stdout.write(%r + json.dumps(answer) + %r)
""".replace("%r", repr(MARKER))


def command(interpreter: str) -> str:
    """What is run on the host: no user or site packages, nothing written as bytecode, no secret in the process list."""
    return f'{interpreter} -ISB -c "{_BOOTSTRAP}"'


def payload(manifest: dict[str, Any]) -> bytes:
    return zlib.compress(json.dumps([_LOADER, _sources(), manifest]).encode(), 6)


@functools.lru_cache(maxsize=1)
def _sources() -> list[tuple[str, str]]:
    from ..module_utils import _converge

    directory = os.path.dirname(_converge.__file__ or "")
    return [(name, _read(os.path.join(directory, name + ".py"))) for name in MODULES]


def _read(path: str) -> str:
    with open(path, encoding="utf-8") as handle:
        return handle.read()


def parse(stdout: str) -> dict[str, Any] | None:
    """The answer, or None when the host sent none."""
    parts = stdout.split(MARKER)
    if len(parts) != 3:
        return None
    answer: dict[str, Any] = json.loads(parts[1])
    return answer
