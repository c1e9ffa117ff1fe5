# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._security import document, table
from ansible_collections.echodiary.infra.plugins.plugin_utils._security.shapes import Allowed, Document, Finding, Outcome

NOW = "2026-12-01T00:00:00Z"


def finding(name: str, host: str = "app1", severity: str = "high") -> Finding:
    return {"id": name, "host": host, "severity": severity, "text": f"what {name} is", "mend": f"mend {name}"}


def outcome(check: str, *found: Finding, host: str = "app1", why: str = "") -> Outcome:
    return {"check": check, "host": host, "why": why, "findings": list(found)}


def made(*outcomes: Outcome, last: Document | None = None) -> document.Whole:
    return document.made("staging", outcomes, [], last, NOW)


def test_new_gone_and_the_same() -> None:
    first = made(outcome("tls", finding("tls:TLS1"), finding("tls:none"))).document
    assert (first["new"], first["gone"]) == ([], []), "there was nothing to compare with"
    second = made(outcome("tls", finding("tls:TLS1"), finding("tls:RC4")), last=first).document
    assert (second["new"], second["gone"]) == (["app1 tls:RC4"], ["app1 tls:none"])
    third = made(outcome("tls", finding("tls:TLS1"), finding("tls:RC4")), last=second).document
    assert (third["new"], third["gone"]) == ([], [])


def test_what_was_not_looked_at_is_neither_gone_nor_new_when_it_is_back() -> None:
    first = made(outcome("tls", finding("tls:TLS1")), outcome("ports", finding("ports:open:1/tcp"))).document
    second = made(outcome("tls", why="testssl: not installed"), last=first).document
    assert (second["gone"], [one["id"] for one in second["carried"]]) == ([], ["ports:open:1/tcp", "tls:TLS1"])
    third = made(outcome("tls", finding("tls:TLS1")), outcome("ports"), last=second).document
    assert (third["new"], third["gone"], third["carried"]) == ([], ["app1 ports:open:1/tcp"], [])


def test_what_is_let_be_from_now_on_is_not_gone() -> None:
    first = made(outcome("tls", finding("tls:none"))).document
    entry: Allowed = {"finding": "tls:none", "host": "*", "reason": "why", "until": "2026-12-31"}
    second = document.made("staging", [outcome("tls", finding("tls:none"))], [entry], first, NOW).document
    assert (second["findings"], second["gone"], [one["id"] for one in second["allowed"]]) == ([], [], ["tls:none"])
    whole = document.made("staging", [outcome("tls", finding("tls:none"), finding("tls:RC4"))], [{**entry, "finding": "tls:*"}], None, NOW)
    assert table.lines(whole, "medium", "") == ["let be: tls 2"]


def test_a_report_of_another_environment_is_no_last_run() -> None:
    first = made(outcome("tls")).document
    assert document.read({**first}, "staging") == first
    assert document.read({**first}, "production") is None
    assert document.read(None, "staging") is None
    with pytest.raises(ValueError, match="no report"):
        document.read({"schema": 7}, "staging")


def test_people_get_the_worst_first_and_what_to_do_in_the_last_line() -> None:
    whole = made(
        outcome("tls", finding("tls:LOW", severity="low"), finding("tls:TLS1")),
        outcome("ports", finding("ports:open:1/tcp", severity="critical")),
        outcome("ssh", why="ssh-audit: not installed on the controller; pip install ssh-audit"),
        outcome("ssh", host="app2", why="ssh-audit: not installed on the controller; pip install ssh-audit"),
    )
    assert table.lines(whole, "medium", "report.json") == [
        "critical  ports:open:1/tcp  app1  what ports:open:1/tcp is",
        "high      tls:TLS1          app1  what tls:TLS1 is",
        "not checked: ssh (app1, app2): ssh-audit: not installed on the controller; pip install ssh-audit",
        "what was found, and how to mend it: report.json",
    ]
    assert table.verdict(whole, "medium") == "2 findings, 1 below medium, 2 not checked"
    assert table.next_step(whole, "medium") == "ports:open:1/tcp (app1): mend ports:open:1/tcp"


def test_what_was_not_checked_is_not_clean() -> None:
    whole = made(outcome("tls", why="no testssl; install it"))
    assert table.verdict(whole, "medium") == "0 findings, 1 not checked"
    assert table.next_step(whole, "medium") == "tls (app1) was not checked: no testssl; install it"
    assert table.next_step(made(outcome("tls")), "medium") == "nothing to do"
    assert table.verdict(made(outcome("tls"), last=whole.document), "medium") == "0 findings, 0 new and 0 gone since the last run"


def test_what_is_the_same_on_several_hosts_is_one_line() -> None:
    found = [outcome("ssh", finding("ssh:kex:old", host), host=host) for host in ("app1", "app2", "app3", "app4", "mon1")]
    assert table.lines(made(*found), "medium", "") == ["high  ssh:kex:old  app1, app2, app3 +2  what ssh:kex:old is"]


def test_what_counts_less_is_shown_once() -> None:
    first = made(outcome("tls"))
    low = outcome("tls", finding("tls:LOW", severity="low"))
    second = made(low, last=first.document)
    assert table.lines(second, "medium", "")[0] == "low  tls:LOW  app1  new  what tls:LOW is"
    assert table.lines(made(low, last=second.document), "medium", "") == []


def test_a_name_of_a_host_s_own_steers_no_terminal() -> None:
    whole = made(outcome("ports", {**finding("ports:open:1/tcp"), "text": "a\x1b[31mb\nc"}))
    assert table.lines(whole, "medium", "") == [r"high  ports:open:1/tcp  app1  a\x1b[31mb\x0ac"]
