# SPDX-License-Identifier: GPL-3.0-or-later
"""Each point of an image's contract: what breaks it, what keeps it, and that one cause is told once."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._contract import judge
from ansible_collections.echodiary.infra.plugins.plugin_utils._contract.points import POINTS
from ansible_collections.echodiary.infra.plugins.plugin_utils._contract.shapes import ACCEPTED, BROKEN, KEPT, UNTRIED, Case, Wanted

WANTED = Wanted("shop", "registry/shop:1", "/up", 200, "shop.example", 15.0, asks=True, scraped=True, migrate="alembic", start=True)
IMAGE = {"platform": "linux/amd64", "user": "10001", "words": ["/shop"], "secrets": [], "healthcheck": []}
SERVICE = {"user": "", "port": 8000, "shared": [], "limit": 2**26}
TRIAL = {
    "ended": False,
    "well": True,
    "code": 0,
    "out_of_memory": False,
    "log": "serves",
    "process": {"name": "shop", "uid": 10001, "handles": True},
    "listening": [("0.0.0.0", 8000), ("127.0.0.1", 9000)],
    "check": {"status": 200, "text": "ok"},
    "plain": {"status": 200, "text": "ok"},
    "probe": "",
    "requests": "",
    "metrics": [{"path": "/metrics", "status": 200, "samples": 3, "wrong": ""}],
    "healthcheck": {"code": 0, "text": ""},
    "ending": {"seconds": 0.4, "grace": 10, "code": 0, "request": "report", "cut": ""},
    "written": [],
}
SEEN = {
    "machine": "linux/amd64",
    "had": "",
    "platforms": [],
    "image": IMAGE,
    "service": SERVICE,
    "schema": {"code": 0, "text": ""},
    "trial": TRIAL,
    "stood_in": [],
    "seconds": 2.0,
}


def case(*, wanted: Wanted = WANTED, **differs: Any) -> Case:
    """A good image, but for what ``differs``: ``image``, ``service``, ``trial`` by what of it does; what is None is not known."""
    parts = {
        key: differs[key] if differs[key] is None or not isinstance(SEEN[key], dict) else {**SEEN[key], **differs[key]} for key in differs
    }
    seen: Any = {**SEEN, **parts}
    return Case(seen, wanted)


def verdicts(tried: Case) -> dict[str, str]:
    return {one.point: one.verdict for one in judge.judge(tried)}


def why(tried: Case, point: str) -> str:
    return next(one.why for one in judge.judge(tried) if one.point == point)


def broken(tried: Case) -> list[str]:
    return [point for point, verdict in verdicts(tried).items() if verdict == BROKEN]


def test_a_good_image_keeps_every_point() -> None:
    assert verdicts(case()) == dict.fromkeys(POINTS, KEPT)


BROKEN_BY: dict[str, dict[str, Any]] = {
    "image": {"had": "unknown image registry/shop:1", "image": None, "schema": None, "trial": None},
    "architecture": {"image": {"platform": "linux/arm64"}, "schema": None, "trial": None},
    "user": {"image": {"user": "root:root"}},
    "secrets": {"image": {"secrets": ["API_TOKEN"]}},
    "schema": {"schema": {"code": 127, "text": 'exec: "python": executable file not found'}},
    "beside": {"service": {"shared": ["port 9000 of the host (service web)"]}},
    "starts": {"trial": {"ended": True, "well": False, "code": 3, "log": "no config"}},
    "memory": {"trial": {"ended": True, "well": False, "code": 137, "out_of_memory": True}},
    "listens": {"trial": {"well": False, "listening": [("127.0.0.1", 8000)], "plain": {"status": 0, "text": ""}, "check": {"status": 0}}},
    "check": {"trial": {"well": False, "check": {"status": 503, "text": ""}, "plain": {"status": 503, "text": "no"}, "probe": "/up: 503"}},
    "host": {"trial": {"well": False, "check": {"status": 400, "text": "bad name"}}},
    "requests": {"trial": {"requests": "front (GET /) answers 500, not 200"}},
    "metrics": {"trial": {"metrics": [{"path": "/metrics", "status": 200, "samples": 0, "wrong": "<html>"}]}},
    "healthcheck": {"trial": {"healthcheck": {"code": 126, "text": 'exec: "curl": executable file not found in $PATH'}}},
    "stop": {"trial": {"ending": {"seconds": 10.1, "grace": 10, "code": 137, "request": "report", "cut": ""}}},
    "in_flight": {"trial": {"ending": {"seconds": 0.0, "grace": 10, "code": 0, "request": "report", "cut": "no answer"}}},
    "writes": {"trial": {"written": ["/app/cache/entry"]}},
    "logs": {"trial": {"written": ["/var/log/shop.log"]}},
}


@pytest.mark.parametrize("point", POINTS)
def test_what_breaks_one_point_is_told_by_that_point_alone(point: str) -> None:
    tried = case(**BROKEN_BY[point])
    assert broken(tried) == [point]
    assert f"\n{point}: " in judge.words(tried, judge.judge(tried))


@pytest.mark.parametrize("point", [point for point in POINTS if point != "image"])
def test_what_is_accepted_is_told_and_keeps_nobody(point: str) -> None:
    tried = case(**BROKEN_BY[point], wanted=WANTED._replace(accepts=[point]))
    found = judge.judge(tried)
    assert (broken(tried), verdicts(tried)[point]) == ([], ACCEPTED)
    assert any(note.startswith(f"accepted: {point}: ") for note in judge.notes(tried, found))


@pytest.mark.parametrize(
    ("given", "point"),
    [
        ({"had": "no matching manifest for linux/amd64 in the manifest list entries", "image": None, "trial": None}, "architecture"),
        ({"image": None, "platforms": ["linux/arm64"], "trial": None}, "architecture"),
        ({"image": {"user": ""}}, "user"),
        ({"image": {"user": "app"}, "trial": {"process": {"name": "shop", "uid": 0, "handles": True}}}, "user"),
        ({"trial": {"well": False, "listening": [("0.0.0.0", 80)]}}, "listens"),
        ({"trial": {"well": False, "listening": [("::1", 8000)]}}, "listens"),
        ({"trial": {"well": False, "listening": [("::ffff:127.0.0.1", 8000)]}}, "listens"),
        ({"trial": {"well": False, "probe": "http://127.0.0.1/ready: status is 'ill', not 'ready'"}}, "check"),
        ({"trial": {"metrics": [{"path": "/metrics", "status": 404, "samples": 0, "wrong": ""}]}}, "metrics"),
        ({"trial": {"metrics": [{"path": "/metrics", "status": 200, "samples": 0, "wrong": ""}]}}, "metrics"),
    ],
)
def test_other_ways_to_break_them(given: dict[str, Any], point: str) -> None:
    assert broken(case(**given)) == [point]


@pytest.mark.parametrize(
    ("said", "point"),
    [("Bind for 127.0.0.1:9000 failed: port is already allocated", "beside"), ('exec: "/shop": permission denied', "starts")],
)
def test_where_docker_refuses_to_start_it_nothing_else_is_known(said: str, point: str) -> None:
    tried = case()
    tried.seen["trial"] = {"refused": said, "log": ""}
    assert broken(tried) == [point]


@pytest.mark.parametrize(
    ("given", "point"),
    [
        ({"image": {"user": ""}, "service": {"user": "root"}}, "user"),
        ({"image": None, "platforms": ["linux/amd64", "linux/arm64"], "schema": None, "trial": None}, "architecture"),
        ({"trial": {"listening": [("::", 8000)]}}, "listens"),
        ({"trial": {"listening": [("172.18.0.2", 8000)]}}, "listens"),
        # killed by itself, not for taking too long
        ({"trial": {"ending": {"seconds": 0.3, "grace": 10, "code": 137, "request": "report", "cut": ""}}}, "stop"),
        ({"trial": {"written": ["/app/catalog/x"]}}, "logs"),
    ],
)
def test_what_is_well_all_the_same(given: dict[str, Any], point: str) -> None:
    assert verdicts(case(**given))[point] == KEPT


@pytest.mark.parametrize(
    ("given", "points"),
    [
        ({"wanted": WANTED._replace(asks=False)}, {"requests"}),
        ({"wanted": WANTED._replace(scraped=False)}, {"metrics"}),
        ({"wanted": WANTED._replace(migrate="")}, {"schema"}),
        ({"wanted": WANTED._replace(migrate="command")}, {"schema"}),
        ({"service": {"port": 0}}, {"listens"}),
        ({"service": {"limit": 0}}, {"memory"}),
        ({"trial": {"healthcheck": None}}, {"healthcheck"}),
        ({"trial": {"ending": {"seconds": 0.1, "grace": 10, "code": 0, "request": "", "cut": ""}}}, {"in_flight"}),
    ],
)
def test_what_cannot_be_tried_is_said_and_not_taken_for_kept(given: dict[str, Any], points: set[str]) -> None:
    found = verdicts(case(**given))
    assert {point for point, verdict in found.items() if verdict == UNTRIED} == points
    assert set(found.values()) == {KEPT, UNTRIED}


def test_where_nothing_is_started_only_what_lies_there_is_judged() -> None:
    tried = case(trial=None, schema=None, wanted=WANTED._replace(start=False))
    assert [point for point, verdict in verdicts(tried).items() if verdict == KEPT] == [
        "image",
        "architecture",
        "user",
        "secrets",
        "beside",
    ]
    assert broken(case(trial=None, schema=None, image={"user": ""}, wanted=WANTED._replace(start=False))) == ["user"]


def test_reasons_that_several_points_have_are_told_once() -> None:
    tried = case(**BROKEN_BY["starts"])
    notes = judge.notes(tried, judge.judge(tried))
    assert "not tried: memory, listens, check, host: it did not stay up" in notes


def test_a_process_that_does_nothing_about_the_signal_is_named() -> None:
    deaf = {"name": "sh", "uid": 10001, "handles": False}
    ending = {"seconds": 10.1, "grace": 10, "code": 137, "request": "", "cut": ""}
    assert "process 1 (sh) does nothing about that signal" in why(case(trial={"ending": ending, "process": deaf}), "stop")


def test_the_runtimes_words_around_the_reason_are_left_out() -> None:
    said = (
        "Error response from daemon: failed to create task for container: failed to create shim task: OCI runtime create failed: runc "
        'create failed: unable to start container process: exec: "/shop": no such file or directory: unknown'
    )
    tried = case()
    tried.seen["trial"] = {"refused": said, "log": ""}
    assert why(tried, "starts").startswith('Docker says: exec: "/shop": no such file or directory (')


def test_every_fix_can_be_said() -> None:
    for point in POINTS:
        tried = case(**BROKEN_BY[point])
        assert "{" not in judge.words(tried, judge.judge(tried)).replace("{PORT}", "").replace("{command", "")


def test_what_was_not_there_is_told() -> None:
    tried = case(stood_in=["/srv/shop"])
    assert any("/srv/shop" in note for note in judge.notes(tried, judge.judge(tried)))


def test_what_takes_work_by_itself_is_only_looked_at() -> None:
    tried = case(trial=None, schema=None, wanted=WANTED._replace(works=True))
    assert why(tried, "starts") == "it takes work by itself, and a copy would take some, too"
    assert verdicts(tried)["user"] == KEPT
