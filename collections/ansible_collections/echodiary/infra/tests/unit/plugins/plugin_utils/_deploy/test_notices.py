# SPDX-License-Identifier: GPL-3.0-or-later
"""What each channel is sent, and that what goes wrong is one line without the secret in the URL."""

from __future__ import annotations

import threading

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._silence import main as alertmanager
from ansible_collections.echodiary.infra.plugins.plugin_utils._deploy import bounded, notices
from ansible_collections.echodiary.infra.plugins.plugin_utils._deploy import silence_options as silence

NOTICE = notices.Notice("v2 <started> & well", "good", {"event": "started"})
NONE = {"slack_token": "", "discord_webhook_id": "", "discord_webhook_token": "", "webhook_url": ""}


def test_every_channel_that_is_set_is_told_in_its_own_form() -> None:
    given = {"slack_token": "T/B/x", "discord_webhook_id": "7", "discord_webhook_token": "t", "webhook_url": "https://hooks.example/s3cret"}
    slack, discord, webhook = notices.messages(NOTICE, **given)
    assert slack.url == "https://hooks.slack.com/services/T/B/x"
    assert slack.document["attachments"][0]["text"] == "v2 &lt;started&gt; &amp; well"
    assert (discord.url, discord.document["content"]) == ("https://discord.com/api/webhooks/7/t", NOTICE.text)
    assert discord.document["allowed_mentions"] == {"parse": []}
    assert (webhook.url, webhook.document) == (given["webhook_url"], NOTICE.body)
    assert not [one for one in (slack, discord, webhook) if "s3cret" in one.channel or "T/B" in one.channel]
    assert notices.messages(NOTICE, **NONE) == []


def test_discord_is_sent_no_more_than_it_takes() -> None:
    (message,) = notices.messages(NOTICE._replace(text="x" * 5000), **{**NONE, "discord_webhook_id": "7"})
    assert len(message.document["content"]) == 2000


@pytest.mark.parametrize(
    "url",
    ["ftp://127.0.0.1/s3cret", "s3cret", "http://[s3cret", "http://127.0.0.1:9/s3cret", "http://127.0.0.1:s3cret/", "http://a b/s3cret\n"],
)
def test_whatever_a_url_is_the_reason_is_one_line_without_it(url: str) -> None:
    (message,) = notices.messages(NOTICE, **{**NONE, "webhook_url": url})
    why = bounded.attempt(5, lambda: notices.send(message, 1))
    assert why
    assert "s3cret" not in why + message.channel
    assert "\n" not in why


def test_what_nothing_depends_on_gets_its_time_and_no_more() -> None:
    never = threading.Event()
    assert "no answer" in bounded.attempt(0.05, lambda: never.wait() and None)
    never.set()
    assert bounded.attempt(5, lambda: None) == ""


@pytest.mark.parametrize(("error", "said"), [(OSError("no\nroute"), "no route"), (KeyError(), "KeyError")])
def test_a_reason_is_one_line(error: Exception, said: str) -> None:
    assert bounded.reason(error) == said


def test_a_silence_is_of_these_alerts_in_this_environment_and_ends_by_itself() -> None:
    manifest = {"id": "", "owner": "ann", "comment": "deploy", "seconds": 900, "matchers": silence.matchers("A|B", "lab")}
    asked = alertmanager.document(manifest, 0.0)
    assert (asked["startsAt"], asked["endsAt"]) == ("1970-01-01T00:00:00Z", "1970-01-01T00:15:00Z")
    assert [(one["name"], one["value"], one["isRegex"]) for one in asked["matchers"]] == [
        ("alertname", "A|B", True),
        ("environment", "lab", False),
    ]


def test_an_alertmanager_that_is_not_there_is_said() -> None:
    asked = {"state": "end", "url": "http://127.0.0.1:9/api/v2", "id": "7", "timeout": 1}
    assert "refused" in alertmanager.run(asked)["msg"]
