# SPDX-License-Identifier: GPL-3.0-or-later
"""EchoDiary's pages without a server: their logic, their types, and what is built of them."""

from __future__ import annotations

import hashlib
import re
import subprocess
from pathlib import Path

import pytest

from tests import pages

#: of script, as a browser reads it
MOST_BYTES = 150 * 1024


@pytest.fixture(scope="module")
def dist() -> Path:
    return pages.built()


def test_logic(dist: Path) -> None:
    done = subprocess.run(["npm", "test", "--silent"], cwd=dist.parent, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout


def test_types(dist: Path) -> None:
    done = pages.npx("tsc", "--noEmit")
    assert done.returncode == 0, done.stdout


def test_what_is_built_is_what_a_host_hands_out(dist: Path) -> None:
    names = sorted(str(path.relative_to(dist)) for path in dist.rglob("*") if path.is_file())
    assets = [name for name in names if name.startswith("assets/")]
    assert [name for name in names if name not in assets] == ["favicon.svg", "index.html", "manifest.webmanifest"]
    assert all(re.fullmatch(r"assets/[\w.-]+-[\w-]{8}\.(js|css)", name) for name in assets), assets
    # each of them is used, and nothing is asked of anybody else
    page = (dist / "index.html").read_text(encoding="utf-8")
    assert sorted(re.findall(r'(?:src|href)="/(assets/[^"]+)"', page)) == assets
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page)


def test_nothing_is_inline(dist: Path) -> None:
    page = (dist / "index.html").read_text(encoding="utf-8")
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", page)


def test_the_script_is_small(dist: Path) -> None:
    size = sum(path.stat().st_size for path in dist.rglob("*.js"))
    assert 0 < size < MOST_BYTES


def test_the_same_sources_make_the_same_pages(dist: Path, tmp_path: Path) -> None:
    done = pages.npx("vite", "build", "--logLevel", "warn", "--outDir", tmp_path / "again")
    assert done.returncode == 0, done.stderr
    assert _contents(tmp_path / "again") == _contents(dist)


def test_the_lock_names_no_server() -> None:
    assert '"resolved"' not in (pages.FRONTEND / "package-lock.json").read_text(encoding="utf-8")


def _contents(directory: Path) -> dict[str, str]:
    files = (path for path in directory.rglob("*") if path.is_file())
    return {str(path.relative_to(directory)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
