# SPDX-License-Identifier: GPL-3.0-or-later
"""Who holds the lease, and who froze deploys: told where it is kept, for as long as it holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._lease import main as lease
from ansible_collections.echodiary.infra.plugins.module_utils._run import leases
from ansible_collections.echodiary.infra.plugins.module_utils._run import main as entry

ASKED: dict[str, Any] = {
    "state": "acquired", "owner": "ann@desk", "reason": "release 7", "run_url": "", "ttl": None, "token": None, "force": False,
    "override_freeze": "", "until": None, "textfiles": None, "environment": "", "outcome": "",
}  # fmt: skip
FROZEN = {"state": "frozen", "owner": "bob", "reason": "holidays", "until": "2999-01-02T00:00:00Z"}


def ask(place: Path, **given: Any) -> dict[str, Any]:
    done: Any = lease.run({"check": False, "name": "deploy", "directory": str(place), "asked": {**ASKED, **given}})  # type: ignore[typeddict-item]
    assert not done.get("failed"), done
    return dict(done)


def test_nobody_said_anything(tmp_path: Path) -> None:
    assert list(leases.told(str(tmp_path / "none"))) == []
    token = ask(tmp_path)["lease"]["token"]
    ask(tmp_path, state="released", token=token)
    assert list(leases.told(str(tmp_path))) == []


def test_the_lease_and_a_freeze_are_told_with_who_why_and_until_when(tmp_path: Path) -> None:
    held = ask(tmp_path)["lease"]
    frozen = ask(tmp_path, **FROZEN)["freeze"]
    assert list(leases.told(str(tmp_path))) == [
        f"lock deploy: frozen until 2999-01-02T00:00:00Z; said by bob, {frozen['since']}: holidays",
        f"lock deploy: held until {held['expires']} unless renewed; taken by ann@desk, {held['acquired']}: release 7",
    ]


def test_a_lock_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "deploy.json").write_text("{")
    [told] = leases.told(str(tmp_path))
    assert told.startswith("lock deploy: ")


@pytest.mark.parametrize(("released", "about"), [("shop", "shop"), ("", "first")])
def test_it_is_told_beside_what_is_released(tmp_path: Path, released: str, about: str) -> None:
    class Host:
        state_dir = str(tmp_path)

    ask(tmp_path / "lease", **FROZEN)
    results: Any = [{"name": "first"}, {"name": "shop", "said": ["x"]}]
    specs: Any = [{"name": "first"}, {"name": "shop", "release": {"slots": {}} if released else None}]
    entry._tell_of_deploys(results, specs, Host())  # type: ignore[arg-type]
    told = {one["name"]: [text for text in one.get("said", []) if "frozen until" in text] for one in results}
    assert [name for name, texts in told.items() if texts] == [about]
