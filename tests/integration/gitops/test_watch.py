# SPDX-License-Identifier: GPL-3.0-or-later
"""The watcher's rounds with real git, ansible-runner and a real webhook: heal, breaker, pause, quarantine, unreachable git."""

from __future__ import annotations

import http.server
import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gitops import exits, policy
from gitops.operations import Context
from gitops.watch.loop import Round
from gitops.workspace import find
from tests.integration.gitops.checkout import COLLECTION, Checkout
from tests.waiting import eventually

DRIFT = {"drift": "file:/etc/web"}
NOON = 1795262400.0


class Hand:
    """A clock that only moves when it is told to."""

    def __init__(self) -> None:
        self.time = NOON

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds


class Webhook:
    """Takes notices, or refuses them."""

    def __init__(self) -> None:
        self.taken: list[dict[str, Any]] = []
        self.refuses = False
        webhook = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if not webhook.refuses:
                    webhook.taken.append(json.loads(body))
                self.send_response(503 if webhook.refuses else 200)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/secret"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def events(self) -> list[str]:
        return [f"{notice['topic']} {notice['event']}" for notice in self.taken]


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    found = Webhook()
    yield found
    found.server.shutdown()


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


class Watcher:
    """Rounds of one watcher under a clock of its own."""

    def __init__(self, checkout: Checkout, webhook: Webhook, **rules: Any) -> None:
        self.checkout, self.clock, self.said = checkout, Hand(), list[str]()
        self.inventory = checkout.world.with_name("inventory")
        self.rules = {"modes": {"default": "heal"}, "remote": "", "notify": [{"url": webhook.url}], **rules}
        checkout.policy(**self.rules)
        checkout.commit("policy")

    def round(self) -> int:
        root = self.checkout.root
        place = find(str(self.inventory), "test", ".gitops", ".drift", root)
        context = Context(place, policy.load(place.policy), self.clock, self.said.append)
        return Round(context).run()[0]


def test_drift_is_healed_and_told_once(checkout: Checkout, webhook: Webhook) -> None:
    watcher = Watcher(checkout, webhook)
    checkout.be(app1={"web": DRIFT, "edge": {}}, mon1={"prometheus": {}})
    assert [watcher.round(), watcher.round()] == [exits.GOOD, exits.GOOD]
    assert checkout.applied() == ["app1/web"]
    assert webhook.events() == ["app1/web on-healed"]
    assert webhook.taken[0]["text"] == "test app1/web: healed: file /etc/web"
    assert checkout.watch_state()["good"] == checkout.git("rev-parse", "HEAD").strip()


@pytest.mark.full
def test_warn_tells_and_touches_nothing_and_detect_does_not_even_tell(checkout: Checkout, webhook: Webhook) -> None:
    watcher = Watcher(checkout, webhook, modes={"default": "warn", "components": {"edge": "detect"}})
    checkout.be(app1={"web": DRIFT, "edge": DRIFT})
    assert watcher.round() == exits.OUT_OF_SYNC
    assert watcher.round() == exits.OUT_OF_SYNC
    assert (checkout.applied(), webhook.events()) == ([], ["app1/web on-drift"])


def test_the_breaker_trips_on_who_fights_back_and_a_pause_is_obeyed(checkout: Checkout, webhook: Webhook) -> None:
    watcher = Watcher(checkout, webhook)
    for _ in range(4):
        checkout.be(app1={"web": DRIFT})
        watcher.round()
        watcher.clock.sleep(130)
    assert checkout.applied() == ["app1/web"] * 3
    assert webhook.events()[-1] == "app1/web on-flapping"
    assert checkout.report()["hosts"][0]["components"][0]["flapping"] is True
    text = (checkout.root / ".drift/test/drift.prom").read_text()
    assert 'echodiary_gitops_app_flapping{name="web"' in text


@pytest.mark.parametrize("when", ["between two rounds", "in a check"])
def test_it_ends_when_it_is_told_to(checkout: Checkout, when: str) -> None:
    if when == "in a check":
        checkout.be(app1={"web": {}}, takes=20)
    process = checkout.start("watch")
    written = checkout.root / ".drift/test/report.json"
    awaited = checkout.world.with_name("asked") if when == "in a check" else written
    eventually(awaited.exists, 60, "no round began or ended")
    process.terminate()
    said = process.communicate(timeout=30)[1]
    assert (process.returncode, "interrupted" in said) == (exits.ERROR, True)
    assert written.exists() is (when == "between two rounds")


@pytest.mark.full
def test_what_flapped_is_tried_again_when_people_say_so(checkout: Checkout, webhook: Webhook) -> None:
    watcher = Watcher(checkout, webhook)
    for _ in range(4):
        checkout.be(app1={"web": DRIFT})
        watcher.round()
        watcher.clock.sleep(130)
    done = checkout.gitops("resume", "--host", "app1", "--component", "web")
    assert (done.returncode, done.stdout) == (exits.GOOD, "app1/web: resumed\n")
    assert watcher.round() == exits.GOOD
    assert checkout.applied() == ["app1/web"] * 4
    assert checkout.gitops("resume").returncode == exits.ERROR


@pytest.mark.full
def test_waves_in_order_and_the_next_waits_for_the_one_before(checkout: Checkout, webhook: Webhook) -> None:
    watcher = Watcher(checkout, webhook, waves=[["mon"], ["app"]])
    checkout.be(app1={"web": DRIFT}, mon1={"prometheus": {**DRIFT, "apply": "failed"}})
    watcher.round()
    assert checkout.applied() == ["mon1/prometheus"]
    checkout.be(app1={"web": DRIFT}, mon1={"prometheus": DRIFT})
    watcher.clock.sleep(10)
    assert watcher.round() == exits.GOOD
    assert checkout.applied()[1:] == ["mon1/prometheus", "app1/web"]


@pytest.mark.full
def test_a_failed_heal_is_tried_again_after_the_back_off(checkout: Checkout, webhook: Webhook) -> None:
    watcher = Watcher(checkout, webhook)
    checkout.be(app1={"web": {**DRIFT, "apply": "failed"}})
    watcher.round()
    watcher.round()
    assert len(checkout.applied()) == 1
    watcher.clock.sleep(3)
    watcher.round()
    assert len(checkout.applied()) == 2
    assert webhook.events() == ["app1/web on-heal-failed"]
    assert "heal_failed" in (checkout.root / ".drift/test/drift.prom").read_text()


def test_a_lease_that_others_hold_is_waited_for_and_is_no_failure(checkout: Checkout, webhook: Webhook) -> None:
    watcher = Watcher(checkout, webhook)
    checkout.be(held=True, app1={"web": DRIFT})
    assert watcher.round() == exits.OUT_OF_SYNC
    assert any("held by bob" in line for line in watcher.said)
    assert checkout.watch_state()["attempts"] == {}


def test_a_notice_that_does_not_arrive_waits_and_arrives_once(checkout: Checkout, webhook: Webhook) -> None:
    watcher = Watcher(checkout, webhook, modes={"default": "warn"})
    checkout.be(app1={"web": DRIFT})
    webhook.refuses = True
    watcher.round()
    assert not any(webhook.url in line for line in watcher.said)
    webhook.refuses = False
    watcher.round()
    watcher.round()
    assert webhook.events() == ["app1/web on-drift"]


def test_a_check_that_cannot_be_made_is_told_and_leaves_the_report_to_grow_stale(checkout: Checkout, webhook: Webhook) -> None:
    watcher = Watcher(checkout, webhook)
    watcher.round()
    before = checkout.report()["time"]
    playbook = checkout.root / COLLECTION / "playbooks/drift.yml"
    good = playbook.read_text()
    playbook.write_text("- hosts: [")
    assert watcher.round() == exits.ERROR
    assert checkout.report()["time"] == before
    playbook.write_text(good)
    assert watcher.round() == exits.GOOD
    assert webhook.events() == ["check on-check-failed", "check on-recovered"]


# Git


class Upstream:
    """A clone that colleagues push from, and the bare repository between them and the watcher."""

    def __init__(self, checkout: Checkout, place: Path) -> None:
        self.bare, self.clone, self.checkout = place / "upstream.git", place / "colleague", checkout
        subprocess.run(["git", "clone", "-q", "--bare", str(checkout.root), str(self.bare)], check=True)
        checkout.git("remote", "add", "origin", str(self.bare))
        subprocess.run(["git", "clone", "-q", str(self.bare), str(self.clone)], check=True)

    def push(self, subject: str, *options: str) -> str:
        base = ["git", "-C", str(self.clone), "-c", "user.name=bob", "-c", "user.email=bob@example.org"]
        subprocess.run([*base, *options, "commit", "-q", "--allow-empty", "-m", subject], check=True)
        subprocess.run([*base, "push", "-q", "origin", "HEAD:main"], check=True)
        return subprocess.run([*base, "rev-parse", "HEAD"], capture_output=True, text=True, check=True).stdout.strip()


def test_what_is_pushed_is_enforced_from_a_checkout_of_its_own(checkout: Checkout, webhook: Webhook, tmp_path: Path) -> None:
    watcher = Watcher(checkout, webhook, remote="origin")
    upstream = Upstream(checkout, tmp_path)
    assert watcher.round() == exits.GOOD
    pushed = upstream.push("next")
    assert watcher.round() == exits.GOOD
    assert checkout.report()["git"]["commit"] == pushed
    assert checkout.git("rev-parse", "HEAD").strip() != pushed


def test_the_inventory_is_that_of_the_enforced_commit(checkout: Checkout, webhook: Webhook, tmp_path: Path) -> None:
    """What is desired is in the inventory as much as in the roles: a quarantined commit's must not be used either."""
    shutil.copytree(checkout.world.with_name("inventory"), checkout.root / "inventories/test")
    watcher = Watcher(checkout, webhook, remote="origin")
    watcher.inventory = checkout.root / "inventories/test"
    upstream = Upstream(checkout, tmp_path)
    path = upstream.clone / "inventories/test/hosts.json"
    data = json.loads(path.read_text())
    data["all"]["children"]["app"]["hosts"]["app1"]["components"] = ["web"]
    path.write_text(json.dumps(data))
    subprocess.run(["git", "-C", str(upstream.clone), "add", "-A"], check=True)
    upstream.push("app1 without its edge")
    watcher.round()
    names = {host["name"]: [one["name"] for one in host["components"]] for host in checkout.report()["hosts"]}
    assert names["app1"] == ["web"]


def test_while_git_is_unreachable_the_last_commit_is_enforced_and_the_verdict_says_so(
    checkout: Checkout, webhook: Webhook, tmp_path: Path
) -> None:
    watcher = Watcher(checkout, webhook, remote="origin")
    upstream = Upstream(checkout, tmp_path)
    watcher.round()
    shutil.move(upstream.bare, tmp_path / "away")
    checkout.be(app1={"web": DRIFT})
    watcher.clock.sleep(130)
    assert watcher.round() == exits.GOOD
    assert checkout.applied() == ["app1/web"]
    assert any("git cannot be asked" in note and "is enforced" in note for note in checkout.report()["notes"])
    assert "git on-git-unreachable" in webhook.events()
    shutil.move(tmp_path / "away", upstream.bare)
    watcher.round()
    assert webhook.events()[-1] == "git on-recovered"


def test_a_commit_that_was_taken_back_is_not_applied_again_until_the_branch_moves(
    checkout: Checkout, webhook: Webhook, tmp_path: Path
) -> None:
    watcher = Watcher(checkout, webhook, remote="origin")
    upstream = Upstream(checkout, tmp_path)
    watcher.round()
    good = checkout.watch_state()["good"]
    bad = upstream.push("bad")
    checkout.be(app1={"web": {**DRIFT, "origin": "pending", "apply": "taken_back"}})
    watcher.round()
    assert checkout.watch_state()["quarantined"]["commit"] == bad
    checkout.be(app1={"web": {}})
    watcher.clock.sleep(400)
    watcher.round()
    assert checkout.applied() == ["app1/web"]
    report = checkout.report()
    assert report["git"]["commit"] == good
    assert any(f"HEAD {bad[:8]} is quarantined" in note for note in report["notes"])
    upstream.push("mended")
    watcher.round()
    assert checkout.watch_state()["quarantined"] == {}
    assert webhook.events() == [
        "quarantine on-rolled-back",
        "app1/web on-heal-failed",
        "app1/web on-recovered",
        "quarantine on-recovered",
    ]


def test_a_release_that_people_rolled_back_is_not_brought_back(checkout: Checkout, webhook: Webhook, tmp_path: Path) -> None:
    watcher = Watcher(checkout, webhook, remote="origin")
    upstream = Upstream(checkout, tmp_path)
    watcher.round()
    new = upstream.push("release 2")
    deploy = {"id": "1", "kind": "deploy", "outcome": "succeeded", "digest": "d2", "commit": new}
    rollback = {"id": "2", "kind": "rollback", "outcome": "succeeded", "digest": "d1", "commit": "x", "rollback_of": "1", "why": "slow"}
    checkout.be(releases=[rollback, deploy], app1={"web": {**DRIFT, "origin": "pending"}})
    watcher.round()
    assert checkout.watch_state()["quarantined"]["commit"] == new
    assert checkout.report()["git"]["commit"] != new


def test_only_signed_commits_where_signers_are_named(checkout: Checkout, webhook: Webhook, tmp_path: Path) -> None:
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    (checkout.root / "signers").write_text(f"bob@example.org {key.with_suffix('.pub').read_text()}")
    watcher = Watcher(checkout, webhook, remote="origin", allowed_signers="signers")
    upstream = Upstream(checkout, tmp_path)
    sign = ("-c", "gpg.format=ssh", "-c", f"user.signingkey={key}", "-c", "commit.gpgsign=true")
    signed = upstream.push("signed", *sign)
    assert watcher.round() == exits.GOOD
    upstream.push("unsigned")
    assert watcher.round() == exits.GOOD
    assert checkout.report()["git"]["commit"] == signed
    assert any("is not signed by anybody in signers" in note for note in checkout.report()["notes"])
