# SPDX-License-Identifier: GPL-3.0-or-later
"""Each component has a history of its own, also of what an older version wrote without a name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._history import main, ownership


def entry(digest: str, **more: str) -> dict[str, str]:
    return {"id": digest or "none", "kind": "deploy" if digest else "incident", "outcome": "succeeded", "digest": digest, **more}


NAMED = [entry("r/shop@A", component="shop"), entry("r/cart@B", component="cart")]
OLD = [entry("r/shop@C"), entry("r/cart:v1"), entry(""), entry("r/shopping@D"), entry("E"), entry("gone.example:5000/shop@F")]
SHOP, NOBODY = "r/shop@A", ""


def read(place: Path, **asked: Any) -> list[str]:
    path = place / "history.jsonl"
    path.write_text("".join(f"{json.dumps(one)}\n" for one in [*OLD, *NAMED]))
    given = {"check": False, "state": "read", "path": str(path), "component": "shop", "repository": "", "only": False}
    answer: Any = main.run({**given, "entry": None, "outcomes": [], "last": 20, "limit": 0, **asked})
    return [one["digest"] for one in reversed(answer["entries"])]


def slots(place: Path, **record: Any) -> None:
    (place / "slots").mkdir()
    (place / "slots" / "shop.json").write_text(json.dumps(record))


def test_what_has_no_name_is_whoevers_repository_it_is_from(tmp_path: Path) -> None:
    assert read(tmp_path, repository="r/shop") == ["r/shop@C", NOBODY, SHOP]


def test_an_image_of_docker_hub_has_a_repository_too() -> None:
    entries: Any = [entry("shop:v1"), entry("sha256:1")]
    assert ownership.of(entries, ownership.owner("shop", "shop", [], only=False)) == entries[:1]


def test_where_nobody_knows_whose_an_image_is_it_is_nobodys(tmp_path: Path) -> None:
    assert read(tmp_path) == [NOBODY, SHOP]


@pytest.mark.parametrize(
    ("record", "found"),
    [
        ({"images": ["r/shop@A"]}, ["r/shop@C", NOBODY, SHOP]),
        ({"releases": {"blue": {"image": "elsewhere/shop@C", "config": ""}}}, ["r/shop@C", NOBODY, SHOP]),
        ({"images": ["r/cart@A"]}, ["r/cart:v1", NOBODY, SHOP]),
        ({"images": ["E"]}, [NOBODY, "E", SHOP]),
        ({"images": "damaged"}, [NOBODY, SHOP]),
        ({"images": ["E"], "version": 9}, [NOBODY, SHOP]),
    ],
)
def test_what_the_slots_have_here_says_whose_it_is(tmp_path: Path, record: dict[str, Any], found: list[str]) -> None:
    slots(tmp_path, **record)
    assert read(tmp_path) == found


def test_a_registry_that_was_renamed_takes_no_history_away(tmp_path: Path) -> None:
    slots(tmp_path, images=["gone.example:5000/shop@F", "new.example/shop@G"])
    assert read(tmp_path, repository="new.example/shop") == [NOBODY, "gone.example:5000/shop@F", SHOP]


def test_all_of_it_is_the_only_ones(tmp_path: Path) -> None:
    assert read(tmp_path, only=True) == [*(one["digest"] for one in OLD), SHOP]
    assert read(tmp_path, component="") == [one["digest"] for one in [*OLD, *NAMED]]
