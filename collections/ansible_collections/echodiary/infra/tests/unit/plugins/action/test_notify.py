# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.echodiary.infra.plugins.action import notify
from ansible_collections.echodiary.infra.plugins.plugin_utils._deploy import notices
from ansible_collections.echodiary.infra.tests.unit.plugins.action.rig import Rig

GIVEN = {"text": "v2 is out", "slack_token": "T/B/hunter22", "webhook_url": "https://hooks.example/hunter22"}


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[notices.Message]:
    found: list[notices.Message] = []
    monkeypatch.setattr(notices, "send", found.append)
    return found


def test_every_channel_that_is_set_is_told(sent: list[notices.Message]) -> None:
    found = Rig(notify).run(event="deployed", **GIVEN)
    assert [one.channel for one in sent] == found["told"] == ["Slack", "the webhook at hooks.example"]
    assert sent[1].document == {"text": "v2 is out", "event": "deployed"}
    assert (found["changed"], found["untold"], "warnings" in found) == (False, {}, False)


def test_a_check_tells_nobody(sent: list[notices.Message]) -> None:
    assert not Rig(notify).run(check=True, **GIVEN)["changed"]
    assert sent == []


def test_whatever_becomes_of_it_the_task_is_well_and_no_secret_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(message: notices.Message) -> None:
        raise notices.RefusedError("it answered 500")

    monkeypatch.setattr(notices, "send", refuse)
    found = Rig(notify).run(**GIVEN)
    assert (found["told"], sorted(found["untold"]), found.get("failed", False)) == ([], ["Slack", "the webhook at hooks.example"], False)
    assert len(found["warnings"]) == 2 and "hunter22" not in str(found)
