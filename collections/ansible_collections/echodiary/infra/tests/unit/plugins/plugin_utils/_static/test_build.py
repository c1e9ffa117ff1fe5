# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import gzip
import hashlib
import subprocess
from pathlib import Path

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError
from ansible_collections.echodiary.infra.plugins.plugin_utils._static import build

PATHS = ["/", "/index.html", "/assets/"]
PAGE = (
    "<!doctype html><link rel=icon href='data:,'><link rel=stylesheet href='/assets/a.css?v=1'>"
    "<script src=./assets/a.js></script><a href=/entries>"
)
GOOD = {"index.html": PAGE, "assets/a.js": "x" * 3000, "assets/a.css": "y"}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return written(tmp_path / "dist", GOOD)


def written(place: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text)
    return place


def test_its_name_is_what_people_can_reckon_themselves(source: Path) -> None:
    listed = subprocess.check_output("find * -type f | LC_ALL=C sort | xargs sha256sum | sha256sum", shell=True, cwd=source)
    assert build.read(str(source), PATHS, []).digest == listed.decode().split()[0]


def test_the_same_files_are_the_same_release_to_the_last_byte(source: Path, tmp_path: Path) -> None:
    assert build.read(str(source), PATHS, []) == build.read(str(written(tmp_path / "again", GOOD)), PATHS, [])


def test_what_gets_smaller_is_compressed(source: Path) -> None:
    files = build.read(str(source), PATHS, []).files
    assert files["assets/a.js.gz"] == hashlib.sha256(gzip.compress(b"x" * 3000, 9, mtime=0)).hexdigest()
    assert "assets/a.css.gz" not in files


@pytest.mark.parametrize(
    ("files", "environment", "why"),
    [
        ({"index.html": None}, [], "there is no index.html"),
        ({"assets/a.js": None}, [], "index.html refers to /assets/a.js, which is not there"),
        ({"index.html": PAGE + "%VITE_API%"}, [], "index.html still says %VITE_API%"),
        ({"site.webmanifest": '{"name": "${NAME}"}'}, [], r"site.webmanifest still says \$\{NAME\}"),
        ({}, ["API"], "env.json does not say API"),
        ({"env.json": '{"API": "", "B": "1"}'}, ["B", "API"], "env.json does not say API"),
        ({"env.json": "[]"}, ["API"], "env.json is no JSON object"),
        ({"env.json": "{"}, ["API"], "env.json is no JSON object"),
        ({".htaccess": "x"}, [], r"\.htaccess: names are of"),
        ({"assets/.DS_Store": "x"}, [], r"assets/\.DS_Store: names"),
        ({"assets/a b.js": "x"}, [], "assets/a b.js: names"),
    ],
)
def test_what_is_no_release_is_refused(source: Path, files: dict[str, str | None], environment: list[str], why: str) -> None:
    for name, text in files.items():
        if text is None:
            (source / name).unlink()
        else:
            written(source, {name: text})
    with pytest.raises(SpecError, match=f"{why}.*nothing was touched"):
        build.read(str(source), PATHS, environment)


def test_a_link_is_no_file_of_a_build(source: Path) -> None:
    (source / "assets/out.js").symlink_to("/etc/passwd")
    with pytest.raises(SpecError, match=r"assets/out\.js is a link"):
        build.read(str(source), PATHS, [])
    (source / "assets/out.js").unlink()
    (source / "more").symlink_to("/etc")
    with pytest.raises(SpecError, match="more is a link"):
        build.read(str(source), PATHS, [])


def test_a_directory_that_is_not_there_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="build the front end first"):
        build.read(str(tmp_path / "none"), PATHS, [])


def test_what_no_path_leads_to_is_told(source: Path) -> None:
    written(source, {"robots.txt": "x", "env.json": '{"API": "1"}'})
    assert build.read(str(source), PATHS, ["API"]).unserved == ["robots.txt"]
