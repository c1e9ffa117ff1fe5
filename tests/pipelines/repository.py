# SPDX-License-Identifier: GPL-3.0-or-later
"""This repository as it lies here, committed or not, as an origin of its own that tests may push to; and checkouts of it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.lint.texts import tracked_files

ROOT = Path(__file__).resolve().parents[2]
STAND_INS = Path(__file__).with_name("stand_ins")
WHO = {f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER") for what, value in (("NAME", "ann"), ("EMAIL", "ann@example.org"))}


class Checkout:
    """A clone with everything that a script may need, and what scripts say."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def git(self, *words: str) -> str:
        done = subprocess.run(
            ["git", "-C", str(self.path), *words], capture_output=True, text=True, timeout=60, check=False, env={**os.environ, **WHO}
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def write(self, name: str, text: str) -> None:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)  # further checkouts may have the same file
        path.write_text(text)

    def commit(self, message: str = "a change", *, push: bool = True) -> str:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)
        if push:
            self.git("push", "-q", "origin", "HEAD:main")
        return self.git("rev-parse", "HEAD")

    def run(self, *command: str, timeout: float = 120, **environment: str) -> subprocess.CompletedProcess[str]:
        """A command with the tools and the stand-ins on its path. GITHUB_* of where the tests run is not its business."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "ANSIBLE_"))}
        path = f"{STAND_INS}:{Path(sys.executable).parent}:{os.environ['PATH']}"
        given = {**inherited, **WHO, "PATH": path, "STAND_IN_STATE": str(self.path.parent / "stand-ins.json"), **environment}
        return subprocess.run(
            command, cwd=self.path, env=given, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout, check=False
        )

    def outputs(self, *command: str, **environment: str) -> dict[str, str]:
        """What a command that ends well tells the jobs after it."""
        file = self.path.parent / "outputs"
        file.write_text("")
        done = self.run(*command, GITHUB_OUTPUT=str(file), **environment)
        assert done.returncode == 0, done.stdout + done.stderr
        return dict(line.split("=", 1) for line in file.read_text().splitlines())


def copy(place: Path) -> Checkout:
    """The files of this repository in a fresh one, on branch main, with a bare origin beside it."""
    work = place / "work"
    for source in tracked_files(ROOT):
        target = work / source.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)
    for link in ("roles", "plugins"):
        (work / link).symlink_to(os.readlink(ROOT / link))
    bare = place / "origin.git"
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(bare)], check=True, timeout=60)
    made = Checkout(work)
    made.git("init", "-q", "-b", "main")
    made.git("remote", "add", "origin", bare.as_uri())
    made.git("-C", str(bare), "config", "uploadpack.allowAnySHA1InWant", "true")
    made.git("config", "core.checkStat", "minimal")  # so that a further checkout's files are not read once more
    return made


def further(first: Checkout, place: Path) -> Checkout:
    """One like it with an origin of its own: files are the same ones until somebody replaces them, git's objects stay where they are."""
    shutil.copytree(first.path, place / "work", symlinks=True, copy_function=os.link, ignore=shutil.ignore_patterns(".git"))
    _repository(first.path / ".git", place / "work/.git")
    _repository(first.path.parent / "origin.git", place / "origin.git")
    made = Checkout(place / "work")
    made.git("remote", "set-url", "origin", (place / "origin.git").as_uri())
    return made


def _repository(source: Path, target: Path) -> None:
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("objects"))
    (target / "objects/info").mkdir(parents=True)
    (target / "objects/info/alternates").write_text(f"{source / 'objects'}\n")
