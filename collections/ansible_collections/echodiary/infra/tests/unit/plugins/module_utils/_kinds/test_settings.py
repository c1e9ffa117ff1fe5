# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._kinds import settings
from ansible_collections.echodiary.infra.plugins.module_utils._kinds.model import Applied, Change, ConvergeError
from ansible_collections.echodiary.infra.plugins.module_utils._kinds.settings import Live

NAME = "/d.json w k"
#: of test_removal
EXAMPLE = (NAME, {"/d.json": {"within": "w", "values": {"k": "v"}}}, Live("v"))
THEIRS = {"auths": {"else.example": {"auth": "cGVvcGxlOnRoZWlycw=="}}, "credHelpers": {"other.example": "pass"}, "psFormat": "é"}


def declared(path: Path, **given: str) -> Any:
    return {str(path): {"within": "credHelpers", "values": given}}


def planned(want: Any, last: Applied | None = None) -> list[Change]:
    """Of what lies there."""
    last = last or Applied()
    return settings.plan(want, settings.observe([*settings.values(want), *last.values]), last)


def applied(want: Any, last: Applied | None = None) -> list[str]:
    changes = planned(want, last)
    for change in changes:
        settings.apply(change, Live(), want)
    return [change.action for change in changes]


def recorded(want: Any, before: str | None = None) -> Applied:
    return Applied(settings.values(want), dict.fromkeys(settings.values(want), before))


@pytest.mark.parametrize(
    ("have", "was", "expected"),
    [
        (Live("v"), None, []),
        (Live(), None, [("create", "pending", [None, "v"])]),
        (Live("x"), "v", [("update", "corrective", ["x", "v"])]),
        (Live("x"), "y", [("update", "conflict", ["x", "v"])]),
        (Live("y"), "y", [("update", "pending", ["y", "v"])]),
        (Live({"no": "text"}), "v", [("update", "corrective", [{"no": "text"}, "v"])]),
        (Live(problem="it is torn"), "v", [("report", "pending", [None, "v"])]),
    ],
)
def test_what_differs_and_who_moved(have: Live, was: str | None, expected: list) -> None:
    changes = settings.plan(EXAMPLE[1], {NAME: have}, Applied({NAME: was} if was else {}))
    assert [(change.action, change.origin, change.fields["value"]) for change in changes] == expected


def test_people_s_own_stays_as_it_stands(tmp_path: Path) -> None:
    path, want = tmp_path / "config.json", declared(tmp_path / "config.json", **{"a.example": "ecr-login"})
    path.write_text(json.dumps(THEIRS))
    path.chmod(0o640)
    os.utime(path, (1, 1))
    assert applied(want) == ["create"] and applied(want) == []
    assert json.loads(path.read_text()) == {**THEIRS, "credHelpers": {"other.example": "pass", "a.example": "ecr-login"}}
    assert path.stat().st_mode & 0o777 == 0o640
    # another one of theirs meanwhile is no difference
    path.write_text(json.dumps({**json.loads(path.read_text()), "auths": {}}))
    assert planned(want, recorded(want)) == []
    assert applied({}, recorded(want)) == ["remove"]
    assert json.loads(path.read_text()) == {**THEIRS, "auths": {}}


def test_what_is_made_by_us_goes_with_us(tmp_path: Path) -> None:
    path = tmp_path / ".docker/config.json"
    want = declared(path, **{"a.example": "ecr-login", "b.example": "pass"})
    assert applied(want) == ["create", "create"]
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert applied({}, recorded(want)) == ["remove", "remove"] and not path.exists()


@pytest.mark.parametrize(
    ("before", "now", "expected", "left"),
    [
        ("old", "ecr-login", ["restore"], "old"),
        ("ecr-login", "ecr-login", [], "ecr-login"),
        (None, "theirs", [], "theirs"),
    ],
)
def test_what_is_no_longer_declared_is_as_it_was_unless_it_is_somebody_s(
    tmp_path: Path, before: str | None, now: str, expected: list[str], left: str
) -> None:
    path, want = tmp_path / "c.json", declared(tmp_path / "c.json", r="ecr-login")
    path.write_text(json.dumps({"credHelpers": {"r": now}}))
    assert applied({}, recorded(want, before)) == expected
    assert json.loads(path.read_text()) == {"credHelpers": {"r": left}}


@pytest.mark.parametrize("text", ["{", "[]", '{"credHelpers": []}', "\ud800"])
def test_a_document_that_cannot_be_read_is_told_and_left_alone(tmp_path: Path, text: str) -> None:
    path = tmp_path / "c.json"
    path.write_text(text, errors="surrogatepass")
    (change,) = planned(declared(path, r="h"))
    assert change.action == "report" and str(path) in change.why
    assert planned({}, recorded(declared(path, r="h"))) == []


def test_a_failed_run_puts_back_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    path.write_text(json.dumps({"credHelpers": {"r": "old"}}))
    (change,) = planned(declared(path, r="new"))
    settings.put(change, 1)
    settings.put(change, 0)
    assert json.loads(path.read_text()) == {"credHelpers": {"r": "old"}}


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real.json").write_text("{}")
    (tmp_path / "link.json").symlink_to("real.json")
    applied(declared(tmp_path / "link.json", r="h"))
    assert (tmp_path / "link.json").is_symlink() and json.loads((tmp_path / "real.json").read_text()) == {"credHelpers": {"r": "h"}}


@pytest.mark.parametrize(
    "given",
    [
        {"relative.json": {"within": "w", "values": {}}},
        {"/a/../b.json": {"within": "w", "values": {}}},
        {"/a b.json": {"within": "w", "values": {}}},
        {"/a.json": {"within": "w w", "values": {}}},
        {"/a.json": {"within": "w", "values": {"k k": "v"}}},
        {"/a.json": {"within": "w", "values": {"k": ""}}},
        {"/a.json": {"within": "w", "values": {"k": 7}}},
    ],
)
def test_what_cannot_be_is_refused(given: Any) -> None:
    with pytest.raises(ConvergeError, match="settings"):
        settings.checked(given)
