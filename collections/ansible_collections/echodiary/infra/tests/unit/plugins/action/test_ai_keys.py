# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleActionFail
from ansible_collections.echodiary.infra.plugins.action import ai_keys
from ansible_collections.echodiary.infra.tests.unit.plugins.action.rig import Rig


def run(path: Path, **given: Any) -> dict[str, Any]:
    if "known" not in given:
        given["known"] = yaml.safe_load(path.read_text()).get("ai_gateway_keys", {}) if path.exists() else {}
    return Rig(ai_keys).run(path=str(path), **given)


def test_a_key_is_told_once_and_its_digest_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "all/ai_keys.yml"
    made = run(path, make="shop", tokens_per_day=5, diff=True)
    assert made["changed"] and len(made["key"]) == 70
    kept = yaml.safe_load(path.read_text())["ai_gateway_keys"]
    assert kept == made["keys"]
    assert kept["shop"]["sha256"] == hashlib.sha256(made["key"].encode()).hexdigest()
    assert kept["shop"]["tokens_per_day"] == 5 and "requests" not in kept["shop"]
    assert made["key"] not in path.read_text() + str({name: value for name, value in made.items() if name != "key"})
    again = run(path)
    assert (again["changed"], again["key"], again["keys"]) == (False, "", kept)
    assert made["key"] not in str(again)


def test_what_else_is_in_the_file_stays_and_one_key_goes(tmp_path: Path) -> None:
    path = tmp_path / "ai_keys.yml"
    path.write_text("---\n# ours\nother: 1\n")
    run(path, make="shop")
    run(path, make="app")
    done = run(path, revoke="shop")
    assert done["changed"] and [*done["keys"]] == ["app"]
    assert path.read_text().startswith("---\n# ours\nother: 1\n")
    assert [*yaml.safe_load(path.read_text())["ai_gateway_keys"]] == ["app"]


def test_a_check_makes_nothing(tmp_path: Path) -> None:
    done = run(tmp_path / "ai_keys.yml", make="shop", check=True)
    assert (done["changed"], done["key"], list(tmp_path.iterdir())) == (True, "", [])


@pytest.mark.parametrize(
    ("text", "given", "said"),
    [
        ("", {"known": {"app": {"sha256": "1" * 64}}, "make": "shop"}, r"other keys than the inventory \(app\)"),
        ("- a\n", {"known": {}, "make": "shop"}, "no mapping"),
        ("", {"revoke": "shop"}, r"no key 'shop' to revoke; there is: there is none"),
        ("", {"make": "Shop"}, "no name of a key"),
        ("", {"make": "shop", "requests": 0}, "requests has to be from 1"),
        ("", {"make": "a", "revoke": "b"}, "mutually exclusive"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(tmp_path: Path, text: str, given: dict[str, Any], said: str) -> None:
    path = tmp_path / "ai_keys.yml"
    if text:
        path.write_text(text)
    with pytest.raises(AnsibleActionFail, match=said):
        run(path, **given)
    assert (path.read_text() if path.exists() else "") == text
