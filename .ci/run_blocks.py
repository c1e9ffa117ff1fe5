# SPDX-License-Identifier: GPL-3.0-or-later
"""Gives every `run:` of workflows and actions to shellcheck, as GitHub would give it to bash."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

#: GitHub fills these in before bash sees the text; what belongs in there is a question for zizmor
_EXPRESSION = re.compile(r"\$\{\{.*?\}\}", re.DOTALL)
SHELLS = ("bash", "sh")


def main(files: list[str]) -> int:
    return max([_check(Path(name), where, shell, text) for name in files for where, shell, text in blocks(Path(name))] or [0])


def blocks(path: Path) -> Iterator[tuple[str, str, str]]:
    """(job and step, shell, text) of everything that is run."""
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    named = {"action": data["runs"]} if "runs" in data else data.get("jobs", {})
    for job, content in named.items():
        shell = str(_of(content, "defaults", "run", "shell") or _of(data, "defaults", "run", "shell") or "bash")
        for number, step in enumerate(content.get("steps", []), start=1):
            if "run" in step:
                yield f"{job}: {step.get('name', number)}", str(step.get("shell", shell)).split()[0], step["run"]


def _of(data: Any, *keys: str) -> Any:
    for key in keys:
        data = data.get(key) if isinstance(data, dict) else None
    return data


def _check(path: Path, where: str, shell: str, text: str) -> int:
    if shell not in SHELLS:
        return 0
    command = ["shellcheck", "--norc", "--color=never", "--format=gcc", f"--shell={shell}", "-"]
    done = subprocess.run(command, input=_EXPRESSION.sub("expression", text), capture_output=True, text=True, timeout=60, check=False)
    for line in (done.stdout + done.stderr).splitlines():
        sys.stdout.write(f"{path}: {where}: {line.removeprefix('-:')}\n")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
