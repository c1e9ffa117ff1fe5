# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
from pathlib import Path

from ansible_collections.echodiary.infra.plugins.module_utils._kinds import paths

FILE = {"kind": "file", "content": "new", "mode": "0644", "uid": 0, "gid": 0}


def live(**given: object) -> paths.Live:
    return paths.Live({**FILE, **given}, 1.0)


def test_every_kind_is_seen_as_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "file").chmod(0o640)
    (tmp_path / "link").symlink_to("file")
    (tmp_path / "broken").symlink_to("nowhere")
    os.mkfifo(tmp_path / "pipe")
    kinds = {name: (paths.observe(str(tmp_path / name)).value or {}).get("kind") for name in ("file", "link", "broken", "pipe")}
    assert kinds == {"file": "file", "link": "link", "broken": "link", "pipe": "special"}
    assert (paths.observe(str(tmp_path / "file")).value or {})["mode"] == "0640"
    assert (paths.observe(str(tmp_path)).value or {})["kind"] == "directory"


def test_absent_and_below_a_file_are_both_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    assert paths.observe(str(tmp_path / "absent")).value is None
    assert paths.observe(str(tmp_path / "file" / "below")).value is None


def test_setuid_and_sticky_bits_count(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "file").chmod(0o4755)
    assert (paths.observe(str(tmp_path / "file")).value or {})["mode"] == "4755"


def test_a_fingerprint_depends_on_the_key_and_hides_the_content(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("hunter2")
    seen = {(paths.observe(str(tmp_path / "file"), key).value or {})["content"] for key in (b"a", b"b", None)}
    assert len(seen) == 3
    assert not any("hunter2" in one for one in seen)


def test_nothing_to_do_when_equal() -> None:
    assert paths.plan_path("/x", FILE, live(), None, ("a", "b")) is None


def test_one_field_differs() -> None:
    change = paths.plan_path("/x", FILE, live(mode="0600"), FILE, ("same", "same"))
    assert change is not None
    assert (str(change.resource), change.action, change.origin) == ("file:/x", "update", "corrective")
    assert change.fields == {"mode": ["0600", "0644"]}
    assert change.diff == ""


def test_content_shows_a_diff_with_both_sides() -> None:
    change = paths.plan_path("/x", FILE, live(content="old"), {**FILE, "content": "old"}, ("a\nb\n", "a\nc\n"))
    assert change is not None
    assert change.origin == "pending"
    assert {"-b", "+c"} <= set(change.diff.splitlines())


def test_a_link_in_place_of_a_file_says_so() -> None:
    change = paths.plan_path("/x", FILE, paths.Live({"kind": "link", "target": "/y"}), FILE, None)
    assert change is not None
    assert (str(change.resource), change.action, change.origin) == ("file:/x", "update", "corrective")
    assert "link" in change.why
    assert change.fields["kind"] == ["link", "file"]


def test_created_where_nothing_is() -> None:
    change = paths.plan_path("/x", {"kind": "link", "target": "/y"}, paths.Live(None), None, None)
    assert change is not None
    assert (str(change.resource), change.action, change.origin) == ("link:/x", "create", "pending")


def test_removal_is_git_s_unless_somebody_changed_the_file() -> None:
    untouched = paths.plan_removal("/x", live(), FILE)
    touched = paths.plan_removal("/x", live(content="theirs"), FILE)
    assert untouched is not None and untouched.origin == "pending"
    assert touched is not None and touched.origin == "conflict"


def test_absent_files_and_directories_are_not_removed() -> None:
    assert paths.plan_removal("/x", paths.Live(None), FILE) is None
    assert paths.plan_removal("/x", paths.Live({"kind": "directory"}), {"kind": "directory"}) is None


def test_what_is_shown_of_odd_contents() -> None:
    assert "binary" in paths.as_text(b"\xff\xfe\x00")
    assert len(paths.as_text(b"a" * (paths.LONGEST_SHOWN + 1))) < 100
