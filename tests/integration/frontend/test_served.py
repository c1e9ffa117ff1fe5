# SPDX-License-Identifier: GPL-3.0-or-later
"""What browsers get of releases of a front end, from the first one on, through switches and ways back."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.frontend import served
from tests.integration.frontend.served import Front, built


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    with served.running(tmp_path_factory.mktemp("front")) as found:
        yield found


@pytest.fixture
def one(front: Front, tmp_path: Path) -> Path:
    """A build that is served."""
    source = built(tmp_path / "one", "one")
    assert front.ask("current", source)["current"]
    return source


def assets(source: Path) -> list[str]:
    return re.findall("/assets/[^ >]+", (source / "index.html").read_text())


def test_a_build_is_what_users_get_and_all_else_is_the_applications(front: Front, one: Path) -> None:
    for path in ("/", "/index.html", "/favicon.svg", "/manifest.webmanifest", *assets(one)):
        answer = front.get(path)
        name = path.strip("/") or "index.html"
        assert (answer.status, answer.body) == (200, (one / name).read_bytes()), path
    assert front.get("/entries").body == b"application /entries"
    assert front.get("/index.html/x").body == b"application /index.html/x"
    assert front.get("/assets/none-12345678.js").status == 404


def test_how_long_browsers_keep_it(front: Front, one: Path) -> None:
    script = assets(one)[1]
    said = {path: front.get(path).headers["cache-control"] for path in ("/", script, "/favicon.svg", "/assets/none-12345678.js")}
    assert list(said.values()) == ["no-cache", "public, max-age=31536000, immutable", "public, max-age=300", "no-store"]


def test_a_page_that_is_the_same_is_not_sent_again_and_another_one_is(front: Front, one: Path, tmp_path: Path) -> None:
    etag = front.get("/").headers["etag"]
    assert front.get("/", If_None_Match=etag).status == 304
    # of the same length
    front.ask("current", built(tmp_path / "two", "two"))
    again = front.get("/", If_None_Match=etag)
    assert (again.status, b"two" in again.body) == (200, True)


def test_what_a_page_may_do_is_said_with_every_answer(front: Front, one: Path) -> None:
    for path in ("/", assets(one)[1], "/assets/none"):
        headers = front.get(path).headers
        assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self';")
        assert (headers["x-content-type-options"], headers["cross-origin-opener-policy"]) == ("nosniff", "same-origin")
        assert "x-frame-options" not in headers
        assert "last-modified" not in headers


def test_what_is_compressed_was_so_once(front: Front, one: Path) -> None:
    script = assets(one)[1]
    answer = front.get(script, Accept_Encoding="gzip")
    assert (answer.headers["content-encoding"], answer.headers["vary"]) == ("gzip", "Accept-Encoding")
    assert gzip.decompress(answer.body) == (one / script[1:]).read_bytes()
    assert "content-encoding" not in front.get("/", Accept_Encoding="gzip").headers, "which is short"


def test_pages_that_are_open_find_their_assets_as_long_as_releases_are_kept(front: Front, one: Path, tmp_path: Path) -> None:
    for number in range(2):
        front.ask("current", built(tmp_path / str(number), f"later {number}"))
        assert [front.get(path).status for path in assets(one)] == [200, 200]
    front.ask("current", built(tmp_path / "last", "last"))
    assert [front.get(path).status for path in assets(one)] == [404, 404]


def test_a_name_that_browsers_keep_holds_one_thing(front: Front, one: Path, tmp_path: Path) -> None:
    before = front.ask("read")
    other = built(tmp_path / "other", "other", **{"assets/shared-abcdefgh.js": "another"})
    answer = front.ask("current", other)
    assert "assets/shared-abcdefgh.js" in answer["msg"]
    assert "nothing was touched" in answer["msg"]
    assert front.ask("read")["releases"] == before["releases"]
    assert front.get("/").body == (one / "index.html").read_bytes()


def test_back_is_what_was_before_and_never_what_was_left(front: Front, one: Path, tmp_path: Path) -> None:
    two, three = built(tmp_path / "two", "two"), built(tmp_path / "three", "three")
    front.ask("current", two)
    assert front.ask("back", check=True)["changed"]
    assert b"two" in front.get("/").body
    assert front.ask("back")["seconds"] < 3
    assert b"<title>one" in front.get("/").body
    front.ask("current", three)
    front.ask("back")
    assert b"<title>one" in front.get("/").body
    assert front.ask("current", three)["changed"]
    assert not front.ask("current", three)["changed"]


def test_a_check_changes_nothing_and_says_what_would_be(front: Front, one: Path, tmp_path: Path) -> None:
    said = front.ask("current", built(tmp_path / "two", "checked"), check=True)
    told = {(change["resource"].split(":")[0], change["action"]) for change in said["changes"]}
    # with what is not kept any more
    assert told - {("release", "remove")} == {("release", "create"), ("link", "update")}
    assert front.get("/").body == (one / "index.html").read_bytes()
    assert not front.ask("kept", check=True)["changed"]


SECRET = "nobody may read that"


@pytest.fixture
def hidden(front: Front, tmp_path: Path) -> Iterator[None]:
    """What no stranger may see: beside releases, in them, and behind links that lead out of them."""
    source = built(tmp_path / "hiding", "hiding", **{"env.json": f'{{"NAME": "{SECRET}"}}', "notes.txt": SECRET})
    front.ask("current", source)
    page = front.directory / "current"
    (front.directory / "secret.txt").write_text(SECRET)
    for path in (".env", "assets/.env"):
        (page / path).write_text(SECRET)
        (front.directory / "pool" / path).write_text(SECRET)
    for path in (page / "favicon.svg", front.directory / "pool/assets/out.js"):
        path.unlink(missing_ok=True)
        path.symlink_to("../../secret.txt")
    yield
    front.ask("kept")


@pytest.mark.usefixtures("hidden")
@pytest.mark.parametrize("path", [
    "/secret.txt", "/assets/../secret.txt", "/assets/../../secret.txt", "/assets/..%2f..%2fsecret.txt", "/assets/%2e%2e/%2e%2e/secret.txt",
    "/assets/%2e%2e%2f%2e%2e%2fsecret.txt", "/assets//../secret.txt", "/assets/..\\..\\secret.txt", "/.env", "/assets/.env",
    "/assets/%2eenv", "/assets/../.env", "/favicon.svg", "/assets/out.js", "/env.json", "/notes.txt", "/assets/../env.json",
    "/assets/%2e%2e/notes.txt", "/releases/", "/pool/assets/", "/assets/../current/env.json", "/assets/", "/assets",
])  # fmt: skip
def test_a_stranger_reads_no_other_file(front: Front, path: str) -> None:
    answer = front.get(path)
    assert SECRET.encode() not in answer.body
    assert answer.status != 200 or answer.body.startswith(b"application ")


def test_what_somebody_changed_is_found_by_users_questions_and_put_back(front: Front, one: Path) -> None:
    page, script = front.directory / "current", assets(one)[1]
    (page / "index.html").write_text("defaced")
    (front.directory / "pool" / script[1:]).unlink()
    (page / "shell.php").write_text("x")
    (page / "assets").chmod(0o777)
    assert {fault.split(" ")[0].rpartition(":")[2].partition("/")[2] for fault in front.ask("verified")["faults"]} >= {"", script[1:]}
    said = front.ask("kept", check=True)["changes"]
    assert {(one["resource"].rpartition("/")[2], one["action"], one["origin"]) for one in said} == {
        ("index.html", "update", "corrective"), (script.rpartition("/")[2], "create", "corrective"),
        ("shell.php", "remove", "corrective"), ("assets", "update", "corrective"),
    }  # fmt: skip
    assert front.ask("kept")["changed"]
    assert not front.ask("kept", check=True)["changed"]
    assert front.ask("verified")["faults"] == []
    assert front.get("/").body == (one / "index.html").read_bytes()


def test_a_link_that_was_moved_by_hand_is_put_back(front: Front, one: Path, tmp_path: Path) -> None:
    before = front.ask("read")["current"]
    front.ask("current", built(tmp_path / "two", "two"))
    link = front.directory / "current"
    link.unlink()
    link.symlink_to(f"releases/{before}")
    assert [change["resource"].partition(":")[0] for change in front.ask("kept")["changes"]] == ["link"]
    assert b"two" in front.get("/").body


def test_a_build_that_cannot_be_had_again_is_said(front: Front, one: Path) -> None:
    current = front.ask("read")["current"]
    kept = next((front.place / "states").rglob(f"{current}.tar.gz"))
    good = kept.read_bytes()
    kept.write_bytes(good[:100])
    (front.directory / "current/index.html").write_text("defaced")
    assert "bring that build again" in front.ask("kept")["msg"]
    assert front.ask("current", one)["changed"]
    assert front.get("/").body == (one / "index.html").read_bytes()
    assert kept.read_bytes() == good
