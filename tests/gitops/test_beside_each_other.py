# SPDX-License-Identifier: GPL-3.0-or-later
"""Several people at once, and bytes that are no UTF-8: nothing is lost, nobody is blamed for what others did."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._drift import git as revisions
from ansible_collections.echodiary.infra.plugins.plugin_utils._drift import words

from gitops import pauses, repository
from gitops.errors import GitopsError
from gitops.workspace import Workspace
from tests.gitops import builders as build
from tests.gitops.builders import NOON

LATIN = "caf\u00e9\n".encode("latin-1")


@pytest.fixture
def place(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path, tmp_path / "inventory", "test", tmp_path / "state", tmp_path / "reports")


def in_parallel(count: int, work: object) -> list[int]:
    """Exit codes of ``count`` processes that begin together."""
    ready, go = os.pipe()
    children = []
    for number in range(count):
        child = os.fork()
        if child == 0:
            code = 1
            try:
                os.close(go)
                os.read(ready, 1)
                work(number)  # type: ignore[operator]
                code = 0
            finally:
                os._exit(code)
        children.append(child)
    os.close(go)
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    os.close(ready)
    return codes


def test_no_pause_is_lost_when_many_are_set_at_once(place: Workspace) -> None:
    def pause(number: int) -> None:
        for one in range(10):
            pauses.add(place, build.pause(host=f"app{number}", component=f"c{one}"), NOON)

    assert in_parallel(6, pause) == [0] * 6
    assert len(pauses.read(place)) == 60


def test_pauses_that_end_while_others_begin(place: Workspace) -> None:
    for number in range(6):
        pauses.add(place, build.pause(host=f"old{number}"), NOON)

    def work(number: int) -> None:
        pauses.remove(place, f"old{number}", "*", NOON)
        pauses.add(place, build.pause(host=f"new{number}"), NOON)

    assert in_parallel(6, work) == [0] * 6
    assert sorted(one.host for one in pauses.read(place)) == [f"new{number}" for number in range(6)]


# Git


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    root = tmp_path / "checkout"
    for name in ("roles/web/tree/x", "roles/edge/tree/x", "inventories/local/hosts.yml"):
        (root / name).parent.mkdir(parents=True)
        (root / name).write_text("one\n")
    git(root, "init", "-q", "-b", "main")
    commit(root, "ann", "begin")
    return root


def git(root: Path, *words: str | bytes) -> None:
    subprocess.run(["git", "-C", str(root), *words], capture_output=True, timeout=30, check=True)


def commit(root: Path, who: str, subject: str | bytes) -> None:
    git(root, "add", "-A")
    git(root, "-c", f"user.name={who}", "-c", "user.email=a@example.org", "-c", "core.autocrlf=false", "commit", "-q", "-m", subject)


def test_bytes_that_are_no_utf8_are_a_change_like_any_other(checkout: Path) -> None:
    seen = {repository.desired(checkout)}
    for name in ("roles/web/tree/x", "roles/web/tree/fresh"):
        for content in (LATIN, LATIN + b"\xff", b"one\r\n", b"a\nb\n", b"a\r\nb\r\n"):
            (checkout / name).write_bytes(content)
            seen.add(repository.desired(checkout))
    assert len(seen) == 11, "each of them is another state"


def test_a_name_that_is_no_utf8(checkout: Path) -> None:
    before = repository.desired(checkout)
    with open(os.path.join(os.fsencode(checkout), b"caf\xe9"), "wb") as handle:
        handle.write(b"x")
    assert repository.desired(checkout) != before


def test_a_link_that_leads_nowhere_counts_by_where_it_leads(checkout: Path) -> None:
    (checkout / "link").symlink_to("nowhere")
    one = repository.desired(checkout)
    (checkout / "link").unlink()
    (checkout / "link").symlink_to("elsewhere")
    assert repository.desired(checkout) != one


def test_what_git_says_in_other_bytes_is_one_line(checkout: Path) -> None:
    with pytest.raises(GitopsError) as caught:
        repository.git(checkout, "show", os.fsdecode(b"caf\xe9"))
    assert "\n" not in str(caught.value)


def who(checkout: Path, component: str) -> str:
    found = build.report(build.host("app1", build.component(component, build.resource(origin="pending"))))
    blamed = revisions.blamed(found, checkout, str(checkout / "inventories/local"))
    return words.who(blamed.hosts[0].components[0].resources[0], blamed.hosts[0].name)


@pytest.mark.parametrize("name", ["roles/web/tree/x", "roles/web/tree/fresh", "inventories/local/hosts.yml"])
def test_nobody_is_named_for_what_is_not_committed(checkout: Path, name: str) -> None:
    assert "by ann" in who(checkout, "web")
    (checkout / name).write_bytes(LATIN)
    said = who(checkout, "web")
    assert "ann" not in said
    assert f"not committed: {name}" in said


def test_a_change_elsewhere_takes_no_name_away(checkout: Path) -> None:
    (checkout / "roles/web/tree/x").write_text("two\n")
    assert "by ann" in who(checkout, "edge")


def test_a_deletion_that_is_not_committed(checkout: Path) -> None:
    (checkout / "roles/web/tree/x").unlink()
    assert "not committed: roles/web/tree/x" in who(checkout, "web")


def test_a_commit_in_other_bytes_is_no_traceback(checkout: Path) -> None:
    (checkout / "roles/web/tree/x").write_text("two\n")
    git(checkout, "config", "i18n.commitEncoding", "latin-1")
    commit(checkout, "bob", LATIN)
    git(checkout, "config", "i18n.logOutputEncoding", "latin-1")
    assert "by bob" in who(checkout, "web")
