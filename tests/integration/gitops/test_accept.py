# SPDX-License-Identifier: GPL-3.0-or-later
"""A difference that is meant to be gets into git by one command, and what it may not do leaves everything as it was."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from gitops import exits
from tests.integration.gitops.checkout import Checkout

STRANGER = "stranger:/etc/cron.d/backup"


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    checkout = Checkout(tmp_path)
    (checkout.root / "gitops/environments/test.yml").write_text("# ours\nmodes: {default: warn}\nremote: ''\n")
    return checkout


def allowed(checkout: Checkout) -> Path:
    return checkout.world.with_name("inventory") / "group_vars/all/allowed.yml"


def test_what_nobody_declared_goes_into_the_inventory(checkout: Checkout) -> None:
    checkout.be(app1={"baseline": {"drift": STRANGER, "undeclared": True}}, app2={"baseline": {}})
    done = checkout.gitops("accept", STRANGER, "--reason", "bob's backup, until we have our own", "--until", "2027-01-31")
    assert done.returncode == exits.GOOD, done.stderr
    assert done.stdout.splitlines()[-1].startswith("next: ")
    assert yaml.safe_load(allowed(checkout).read_text())["baseline_allowed"] == [
        {"reason": "bob's backup, until we have our own", "resources": [STRANGER], "hosts": ["app1"], "until": "2027-01-31"}
    ]


def test_what_is_declared_becomes_a_rule_that_ends(checkout: Checkout) -> None:
    checkout.be(app1={"web": {"drift": "file:/etc/web"}}, app2={"web": {"drift": "file:/etc/web"}})
    assert checkout.gitops("status").returncode == exits.OUT_OF_SYNC
    done = checkout.gitops("accept", "file:/etc/web", "--reason", "chasing a leak", "--until", "2099-01-31")
    assert done.returncode == exits.GOOD, done.stderr
    written = (checkout.root / "gitops/environments/test.yml").read_text()
    assert written.startswith("# ours\n")
    assert yaml.safe_load(written)["ignore"][0]["hosts"] == ["app1", "app2"]
    assert checkout.gitops("status").returncode == exits.GOOD


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["accept", "file:/etc/none", "--reason", "why"], "nothing that differs is called"),
        (["accept", "file:/etc/web", "--reason", "why"], "--until"),
        (["accept", "file:/etc/web", "--reason", "why", "--until", "soon"], "no day"),
    ],
)
def test_what_cannot_be_is_one_clear_line(checkout: Checkout, words: list[str], said: str) -> None:
    checkout.be(app1={"web": {"drift": "file:/etc/web"}})
    before = (checkout.root / "gitops/environments/test.yml").read_text()
    done = checkout.gitops(*words)
    assert done.returncode == exits.ERROR
    assert said in done.stderr and len(done.stderr.strip().splitlines()) == 1
    assert (checkout.root / "gitops/environments/test.yml").read_text() == before
    assert not allowed(checkout).exists()
