# SPDX-License-Identifier: GPL-3.0-or-later
"""Command lines that start the release's Python: pure. Neither a secret nor a line of code is in them; those go in on standard input."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from . import shapes

#: the first entry of sys.path is the working directory, which may hold a folder called alembic
BOOTSTRAP = (
    "import sys,json;sys.path[:]=[p for p in sys.path if p];"
    "d=json.loads(sys.stdin.buffer.read());exec(compile(d['loader'],'loader','exec'));begin('_inside',d)"
)


class Launch(NamedTuple):
    command: list[str]
    directory: str | None  # working directory on the host
    container: str  # its name, "" without one


def container(place: shapes.Place, name: str) -> Launch:
    command = ["docker", "run", "--rm", "--interactive", "--init", "--name", name, "--label", "echodiary.infra=alembic"]
    command += [
        "--cap-drop",
        "ALL",
        "--security-opt",
        "no-new-privileges",
        "--pids-limit",
        "512",
        "--log-driver",
        "none",
        "--pull",
        place["pull"],
    ]
    command += ["--env-file", place["env_file"]] if place["env_file"] else []
    command += ["--network", place["network"]] if place["network"] else []
    command += ["--workdir", place["directory"]] if place["directory"] else []
    for volume in place["volumes"]:
        command += ["--volume", volume]
    command += [*place["docker_options"], "--entrypoint", place["python"] or "python", place["image"] or "", "-c", BOOTSTRAP]
    return Launch(command, None, name)


def environment(place: shapes.Place) -> Launch:
    return Launch([place["python"] or f"{place['virtualenv']}/bin/python", "-c", BOOTSTRAP], place["directory"], "")
