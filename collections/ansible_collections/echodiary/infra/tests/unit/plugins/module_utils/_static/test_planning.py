# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._host.errors import ConvergeError
from ansible_collections.echodiary.infra.plugins.module_utils._static import planning
from ansible_collections.echodiary.infra.plugins.module_utils._static.shapes import Place, Record
from hypothesis import given
from hypothesis import strategies as st

A, B, C = ("a" * 64, "b" * 64, "c" * 64)
PLACE: Place = {"component": "frontend", "directory": "/srv", "pools": ["assets"], "keep": 2}


def record(current: str, **files: dict[str, str]) -> Record:
    digests = {"a": A, "b": B, "c": C}
    releases: Any = [{"digest": digests[name], "files": held, "at": "", "left": False} for name, held in files.items()]
    return {"version": 1, "current": current, "releases": releases}


def test_a_name_in_the_pool_holds_one_thing() -> None:
    known = record(A, a={"assets/x.js": A, "index.html": A})
    planning.refuse_other_contents(known, {"digest": B, "files": {"assets/x.js": A, "assets/y.js": B, "index.html": B}}, PLACE)
    with pytest.raises(ConvergeError, match=r"assets/x\.js of this build is another file than in release aaaaaaaaaaaa"):
        planning.refuse_other_contents(known, {"digest": B, "files": {"assets/x.js": B}}, PLACE)


def test_what_another_hand_compressed_is_the_same_file() -> None:
    known = record(A, a={"assets/x.js": A, "assets/x.js.gz": A})
    planning.refuse_other_contents(known, {"digest": B, "files": {"assets/x.js": A, "assets/x.js.gz": B}}, PLACE)
    with pytest.raises(ConvergeError, match=r"assets/x\.js of"):
        planning.refuse_other_contents(known, {"digest": B, "files": {"assets/x.js": C, "assets/x.js.gz": B}}, PLACE)


def test_there_is_no_way_back_from_the_first_one_nor_from_nothing() -> None:
    for current in (A, ""):
        with pytest.raises(ConvergeError, match="no release before"):
            planning.previous(record(current, a={}))


def test_the_way_back_passes_over_what_was_left() -> None:
    known = planning.switched(record(B, a={}, b={}), A, 5, back=True)
    known = planning.switched(planning.brought(known, {"digest": C, "files": {}}, "now", anew=False), C, 5, back=False)
    assert planning.previous(known)["digest"] == A
    again = planning.switched(known, B, 5, back=False)
    assert [one["left"] for one in again["releases"]] == [False, False, False]


def test_a_release_is_told_by_how_it_begins() -> None:
    known = record(A, a={}, b={})
    assert planning.known(known, "bbb")["digest"] == B
    for wanted, why in (("", "several releases begin"), ("f", "no release begins with f; there are: aaaaaaaaaaaa, bbbbbbbbbbbb")):
        with pytest.raises(ConvergeError, match=why):
            planning.known(known, wanted)


def test_what_was_brought_and_never_served_is_no_way_back() -> None:
    known = planning.brought(record(A, a={}), {"digest": B, "files": {}}, "now", anew=False)
    known = planning.brought(known, {"digest": C, "files": {}}, "now", anew=False)
    assert planning.previous(planning.switched(known, C, 5, back=False))["digest"] == A
    again = planning.brought(known, {"digest": A, "files": {}}, "now", anew=False)
    assert [one["left"] for one in again["releases"] if one["digest"] == A] == [False]


def test_what_was_served_until_now_is_kept_for_the_way_back_though_others_came_later() -> None:
    known = planning.switched(record(B, a={}, b={}), A, 2, back=True)
    known = planning.switched(planning.brought(known, {"digest": C, "files": {}}, "now", anew=False), C, 2, back=False)
    assert [one["digest"] for one in known["releases"]] == [A, C]


@given(st.lists(st.sampled_from([A, B, C]), min_size=1, max_size=12), st.integers(2, 4), st.data())
def test_what_is_served_is_always_kept_and_there_is_never_more_than_is_kept(brought: list[str], keep: int, data: st.DataObject) -> None:
    known = record("")
    for digest in brought:
        known = planning.brought(known, {"digest": digest, "files": {}}, "now", anew=False)
        before = known["current"] or digest
        known = planning.switched(known, digest, keep, back=False)
        assert {before, digest} <= {one["digest"] for one in known["releases"]}
        if data.draw(st.booleans()) and len(known["releases"]) > 1:
            known = planning.switched(known, data.draw(st.sampled_from(known["releases"]))["digest"], keep, back=True)
        digests = [one["digest"] for one in known["releases"]]
        assert known["current"] in digests
        assert len(digests) == len(set(digests)) <= keep


def test_all_of_every_release_is_expected_and_assets_of_all_in_one_place() -> None:
    want = planning.expected(record(B, a={"index.html": A, "assets/x.js": A}, b={"index.html": B, "assets/y.js": B}), ["assets"])
    assert {path for path, value in want.items() if path.startswith("pool/") and value != "directory"} == {
        "pool/assets/x.js",
        "pool/assets/y.js",
    }
    assert (want[f"releases/{A}/index.html"], want["current"]) == (A, f"link releases/{B}")


def test_what_leads_somewhere_comes_after_what_is_there() -> None:
    want = planning.expected(record(A, a={"index.html": A, "assets/x.js": A}), ["assets"])
    have = {"releases": "directory", f"releases/{B}": "directory", f"releases/{B}/index.html": B, "current": f"link releases/{B}"}
    told = [(one.name, one.action) for one in planning.differences(want, have, "/srv", "corrective")]
    assert told[-2:] == [("/srv/current", "update"), (f"/srv/releases/{B}", "remove")]
    assert all(action == "create" for _, action in told[:-2])
    assert planning.differences(want, want, "/srv", "corrective") == []
