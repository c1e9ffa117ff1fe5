# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody's own directory with the collection from its tarball, and ansible-core of one version or another to type commands with in it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from tests.pipelines.environments import Environment
from tests.pipelines.repository import ROOT

COLLECTION = ROOT / "collections/ansible_collections/echodiary/infra"
CONFIGURATION = """[defaults]
inventory = inventory
collections_path = collections
stdout_callback = echodiary.infra.fleet
callbacks_enabled = echodiary.infra.warm, echodiary.infra.arguments, echodiary.infra.drift, echodiary.infra.lease
gathering = explicit
inject_facts_as_vars = false
deprecation_warnings = true
display_traceback = deprecated

[ssh_connection]
pipelining = true
"""


class Said(NamedTuple):
    """A finished command, and all that it said."""

    code: int
    output: str


class Controller:
    """Where commands are typed: in ``place`` on this machine, or in a directory of that name in a container of the lab."""

    def __init__(self, place: Path, container: str = "") -> None:
        self.place, self.container = place, container

    def run(self, *words: str, timeout: float = 600) -> Said:
        if self.container:
            command = ["docker", "exec", "-w", f"/home/me/{self.place.name}", self.container, *words]
            environment = dict(os.environ)
        else:
            command = [*words]
            environment = _without_ansible()
        done = subprocess.run(
            command,
            cwd=self.place,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=timeout,
            check=False,
        )
        return Said(done.returncode, done.stdout)

    def bring(self) -> None:
        """What lies in ``place`` is in the container, its user's own."""
        if not self.container:
            return
        packed = subprocess.run(["tar", "-C", self.place.parent, "-c", self.place.name], capture_output=True, check=True, timeout=60).stdout
        subprocess.run(["docker", "exec", "-i", self.container, "rm", "-rf", f"/home/me/{self.place.name}"], check=True, timeout=60)
        subprocess.run(["docker", "exec", "-i", self.container, "tar", "-x"], input=packed, check=True, timeout=60)


def _without_ansible() -> dict[str, str]:
    """The tools of this environment first, and nothing of how this checkout is set up."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
    return {**kept, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "ANSIBLE_FORCE_COLOR": "0"}


def tarball(place: Path) -> Path:
    """The collection as Galaxy would publish it."""
    command = ["ansible-galaxy", "collection", "build", str(COLLECTION), "--output-path", str(place), "--force"]
    done = subprocess.run(command, cwd=place, env=_without_ansible(), capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    [built] = place.glob("echodiary-infra-*.tar.gz")
    return built


def directory(lab: Environment, place: Path) -> None:
    """A lab's inventory, with how to log in, as somebody has it who owns nothing else of this repository."""
    place.mkdir()
    shutil.copytree(lab.state / "inventory", place / "inventory")
    shutil.copytree(lab.state / "ssh", place / "ssh")
    shutil.copy(lab.state / "known_hosts", place / "known_hosts")
    (place / "ansible.cfg").write_text(CONFIGURATION)


def deprecations(output: str) -> list[str]:
    """Each warning with its traceback."""
    return re.split(r"(?=\[DEPRECATION WARNING\])", output)[1:]


def ours(output: str) -> list[str]:
    """Warnings about what this collection does: its file is the innermost of any collection's, or it is named."""
    return [one for one in deprecations(output) if _culprit(one) == "echodiary.infra"]


def _culprit(warning: str) -> str:
    frames = re.findall(r'File "[^"]*/ansible_collections/(\w+)/(\w+)/', warning)
    if frames:
        return ".".join(frames[-1])
    return "echodiary.infra" if "echodiary.infra" in warning.partition("\n")[0] else ""
