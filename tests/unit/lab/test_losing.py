# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from lab import keys, labels, losing
from lab.errors import LabError
from tests.unit.lab.test_hosts import lab_of

KINDS = {"app1": "host", "app2": "host", "mon1": "host", "scratch": "extra", "postgres": "service", "redis": "service", "aws": "service"}
MEMBERS: dict[str, Any] = {
    name: SimpleNamespace(labels={labels.KIND: kind}) for name, kind in {**KINDS, "s3": "service", "registry": "service"}.items()
}


def test_what_goes_with_each_loss() -> None:
    assert losing._chosen(MEMBERS, "app2") == ["app2"]
    assert losing._chosen(MEMBERS, "database") == ["postgres"]
    assert set(losing._chosen(MEMBERS, "everything")) == {"app1", "app2", "mon1", "postgres", "redis", "aws"}, "bucket and registry stay"


@pytest.mark.parametrize("what", ["s3", "registry", "scratch", "app9", "aws", ""])
def test_nothing_else_is_lost(what: str) -> None:
    with pytest.raises(LabError, match="nothing that can be lost: app1, app2, mon1, database, everything"):
        losing._chosen(MEMBERS, what)


def test_with_everything_go_the_passwords_but_not_the_keys_of_the_bucket(tmp_path: Path) -> None:
    lab = lab_of(tmp_path)
    before = keys.lab_secrets(lab)
    losing._forget_secrets(lab)
    assert json.loads((lab.state / "secrets.json").read_text()).keys() == {name for name in before if name.startswith("backup_")}
    after = keys.lab_secrets(lab)
    assert {name for name in before if before[name] == after[name]} == {
        *keys.LOGINS, *(name for name in before if name.startswith("backup_"))
    }  # fmt: skip
