# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._disk import planning

NOW = 1_000_000_000.0
ASKED: dict[str, Any] = {"keep": [], "days": 7.0, "journal": 200}


def image(identifier: str, *tags: str, digests: tuple[str, ...] = (), size: int = 10) -> dict[str, Any]:
    return {"Id": f"sha256:{identifier:0<64}", "RepoTags": list(tags), "RepoDigests": list(digests), "Size": size}


def log(path: str, days: float, size: int = 10) -> dict[str, Any]:
    return {"path": path, "bytes": size, "modified": NOW - days * 86400}


def found(**more: Any) -> dict[str, Any]:
    return {"images": [], "used": [], "logs": [], "journal": 0, "packages": 0, "now": NOW, **more}


def names(things: list[planning.Thing]) -> list[str]:
    return [thing.name for thing in things]


def test_only_images_that_nobody_has_a_claim_on_go() -> None:
    used, kept = image("aa", "x:1"), image("bb", "x:2", "echodiary.kept/x:2")
    named, loose = image("cc", digests=("r/x@sha256:1",)), image("dd")
    things = planning.plan(found(images=[used, kept, named, loose], used=[used["Id"]]), {**ASKED, "keep": ["r/x@sha256:1"]})
    assert [thing.commands for thing in things] == [[["docker", "rmi", loose["Id"]]]]


def test_an_image_with_several_names_loses_each() -> None:
    (thing,) = planning.plan(found(images=[image("aa", "x:1", "y:1")]), ASKED)
    assert thing.commands == [["docker", "rmi", "x:1"], ["docker", "rmi", "y:1"]]


@pytest.mark.parametrize(
    ("path", "days", "goes"),
    [
        ("/var/log/syslog.1", 8, True),
        ("/var/log/apt/history.log.2.gz", 8, True),
        ("/var/log/app-20260101", 8, True),
        ("/var/log/app-20260101.xz", 8, True),
        ("/var/log/apt/eipp.log.xz", 800, False),
        ("/var/log/syslog.1", 6, False),
        ("/var/log/syslog", 800, False),
        ("/var/log/wtmp", 800, False),
    ],
)
def test_rotated_logs_go_and_no_other(path: str, days: float, goes: bool) -> None:
    assert names(planning.plan(found(logs=[log(path, days)]), ASKED)) == ([path] if goes else [])


def test_of_the_journal_as_much_stays_as_was_asked_for() -> None:
    assert planning.plan(found(journal=200 * 2**20), ASKED) == []
    (thing,) = planning.plan(found(journal=300 * 2**20), ASKED)
    assert thing.bytes == 100 * 2**20


def test_the_largest_comes_first() -> None:
    things = planning.plan(found(images=[image("aa", size=5)], packages=50, logs=[log("/var/log/a.gz", 9, 20)]), ASKED)
    assert [thing.bytes for thing in things] == [50, 20, 5]


@pytest.mark.parametrize(("used", "available", "said"), [(0, 0, 0), (98, 2, 98), (981, 19, 99), (1, 999, 1)])
def test_per_cent_as_df_says_it(used: int, available: int, said: int) -> None:
    assert planning.percent(used, available) == said
