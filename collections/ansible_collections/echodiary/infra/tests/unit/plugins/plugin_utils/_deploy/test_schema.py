# SPDX-License-Identifier: GPL-3.0-or-later
"""A migration outlives the deploy that failed after it, and whoever reads how it ended is told so, with a command that exists."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.echodiary.infra.plugins.plugin_utils._arguments import playbooks
from ansible_collections.echodiary.infra.plugins.plugin_utils._deploy import schema as schemas
from ansible_collections.echodiary.infra.plugins.plugin_utils._deploy import verdict as verdicts

ROLE = Path(__file__).parents[5] / "roles" / "deploy"
UNTOUCHED = verdicts.Verdict("failed", {"app1": "untouched"}, "app1: 0007 failed")


def told(found: verdicts.Verdict, schema: schemas.Schema, release: str = "v2") -> str:
    return verdicts.message("deploy of v2", found, {}, "", schema=schema, release=release)


@pytest.mark.parametrize(
    ("result", "before", "now"),
    [
        ({"before": ["0004"], "current": ["0006"]}, "0004", "0006"),
        ({"before": [], "current": ["0001"]}, "base", "0001"),
        ({"before": ["0005"], "current": []}, "0005", "base"),
        ({"before": ["0004"], "current": None}, "0004", "unknown"),
        ({"before": ["0004"], "current": ["0004"]}, "0004", ""),
        ({"failed": True, "msg": "no answer"}, "", ""),
        ({"skipped": True}, "", ""),
        (None, "", ""),
    ],
)
def test_what_a_run_did_to_the_schema(result: dict[str, Any] | None, before: str, now: str) -> None:
    found = schemas.found([{"skipped": True}, result, None], shown=False)
    assert found.facts() == {"schema_before": before, "schema_now": now}


def test_a_failed_migration_that_moved_the_schema_is_not_nothing() -> None:
    text = told(UNTOUCHED, schemas.Schema("0004", "0006"))
    assert "from 0004 to 0006" in text
    assert "before any host was changed" not in text
    assert "ansible-playbook echodiary.infra.migrate -e release=v2 -e deploy_revision=0004" in text


def test_one_that_moved_nothing_says_nothing_of_it() -> None:
    text = told(UNTOUCHED, schemas.Schema("0004", "0004"))
    assert "failed before any host was changed" in text
    assert "0004" not in text


def test_one_that_was_lost_is_not_guessed_at() -> None:
    text = told(UNTOUCHED, schemas.Schema("0004", schemas.UNKNOWN), release="")
    assert "not known" in text
    assert "ansible-playbook echodiary.infra.migrate --check --diff" in text


@pytest.mark.parametrize("outcome", ["taken_back", "failed"])
def test_where_the_release_before_was_shown_well_the_schema_may_stay(outcome: str) -> None:
    found = verdicts.Verdict(outcome, {"app1": "old"}, "app1: x")
    assert "shown well" in told(found, schemas.Schema("0004", "0005", shown=True))
    assert "shown well" not in told(found, schemas.Schema("0004", "0005"))


RAN: dict[str, Any] = {"changed": True, "migration": {"command": ["bin/migrate", "up"]}}


@pytest.mark.parametrize("commanded", [[], [None, {"skipped": True}], [{"failed": True, "msg": "x"}], [{"changed": False, "prepared": {}}]])
def test_a_command_that_did_not_run_or_did_not_end_well_says_nothing_of_the_schema(commanded: list[Any]) -> None:
    assert schemas.found([None], commanded, shown=False) == schemas.NOT_ASKED


@pytest.mark.parametrize("shown", [True, False])
def test_what_a_command_changed_is_said_and_kept_whatever_failed_afterwards(shown: bool) -> None:
    schema = schemas.found([{"skipped": True}], [{"skipped": True}, RAN], shown=shown)
    assert "bin/migrate up" in schema.facts()["schema_now"]
    for outcome in ("failed", "taken_back", "partial"):
        text = told(verdicts.Verdict(outcome, {"app1": "old"}, "app1: x"), schema)
        assert "bin/migrate up" in text
        assert ("shown well" in text) == shown
        assert "before any host was changed" not in text
        assert "deploy_revision" not in text, "a command knows none"
    assert "bin/migrate" not in told(verdicts.Verdict("succeeded", {"app1": "new"}, ""), schema)


def test_printed_commands_name_playbooks_and_variables_that_exist() -> None:
    known = {"release", "restore_backup"} | set(
        yaml.safe_load((ROLE / "meta" / "argument_specs.yml").read_text())["argument_specs"]["main"]["options"]
    )
    texts = [
        told(verdicts.Verdict(outcome, {"app1": "old"}, "x"), schemas.Schema("0004", now))
        for outcome in ("taken_back", "failed", "partial")
        for now in ("0005", schemas.UNKNOWN, "0004")
    ]
    texts += [told(verdicts.Verdict("failed", {"app1": "old"}, "x"), schemas.found([], [RAN], shown=False))]
    for command in re.findall(r"ansible-playbook .*", "\n".join(texts)):
        assert playbooks.path_of(command.split()[1].rstrip(",")).is_file(), command
        assert set(re.findall(r"-e (\w+)=", command)) <= known, command
