# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of rights say what the kinds of the account say, and AWS takes them."""

from __future__ import annotations

import ast
import functools
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.kinds import catalog
from botocore import xform_name

from lab.strict.calls import BUDGETS, S3_ACTIONS, is_read

ROOT = Path(__file__).resolve().parents[2]
PLACE = ROOT / "docs/aws"
#: what IAM calls a service that boto3 calls otherwise
PREFIXES = {"elbv2": "elasticloadbalancing"}
#: characters that AWS takes for all of a role's own policies together
INLINE = 10_240
#: and for one that is managed beside them
MANAGED = 6_144


def test_they_are_as_the_kinds_say(tmp_path: Path) -> None:
    subprocess.run([sys.executable, str(ROOT / ".ci/rights.py"), str(tmp_path)], check=True)
    for fresh in tmp_path.iterdir():
        assert (PLACE / fresh.name).read_text() == fresh.read_text(), f"{fresh.name} is old: make rights"
    assert {path.name for path in PLACE.glob("*.json")} == {path.name for path in tmp_path.iterdir()}


def test_a_role_can_have_all_of_them() -> None:
    """The second as its own policy, the others as managed ones."""
    sizes = {path.stem: len(json.dumps(json.loads(path.read_text()), separators=(",", ":"))) for path in PLACE.glob("*.json")}
    assert sizes.pop("rights-provision") <= INLINE
    assert max(sizes.values()) <= MANAGED


def test_nothing_is_allowed_by_a_pattern_and_what_reads_changes_nothing() -> None:
    for path in PLACE.glob("*.json"):
        actions = {one for statement in json.loads(path.read_text())["Statement"] for one in statement["Action"]}
        assert [one for one in actions if "*" in one] == []
        if path.name == "rights-read.json":
            assert [one for one in actions if not one.partition(":")[2].startswith(("Describe", "Get", "List", "Lookup", "View"))] == []


@pytest.mark.parametrize("kind", catalog.KINDS, ids=lambda kind: kind.NAME)
def test_a_kind_names_every_operation_that_it_asks_for(kind: Any) -> None:
    """But for the removal of what nothing removes. Those of modules are found out by runs (tests/integration/account)."""
    tree = ast.parse(Path(str(kind.__file__)).read_text())
    never = kind.KEPT and not hasattr(kind, "REMOVES")
    parts = [one for one in tree.body if not (never and isinstance(one, ast.FunctionDef) and one.name == "remove")]
    calls = [one for part in parts for one in ast.walk(part) if isinstance(one, ast.Call)]
    asked = {_right(*words) for call in calls for words in _operation(call)}
    ends = {*getattr(kind, "LEAVES", ()), *getattr(kind, "REMOVES", ())}
    assert asked - {*kind.READS, *kind.WRITES, *ends} == set()


def _operation(call: ast.Call) -> Iterator[tuple[str, str]]:
    """Of ``model.Api("ec2", "create_vpc", …)``, ``aws.find("ec2", …)`` and ``aws.one``. A word that is put together is not looked at."""
    if isinstance(call.func, ast.Attribute) and call.func.attr in ("Api", "find", "one"):
        words = [str(one.value) for one in call.args[:2] if isinstance(one, ast.Constant)]
        if len(words) == 2:
            yield words[0], words[1]


def _right(service: str, operation: str) -> str:
    name = _names(service)[operation]
    if service == "budgets":
        return BUDGETS[is_read(f"{service}:{name}")]
    return f"{PREFIXES.get(service, service)}:{S3_ACTIONS.get(name, name) if service == 's3' else name}"


@functools.cache
def _names(service: str) -> dict[str, str]:
    return {xform_name(name): name for name in botocore.session.get_session().get_service_model(service).operation_names}
