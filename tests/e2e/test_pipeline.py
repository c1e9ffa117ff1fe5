# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole pipeline, from a commit to production and back: GitHub's workflows, executed step by step against two labs.

One story, told in the order of the tests.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.pipelines import environments, repository
from tests.pipelines.environments import BOTH, PRODUCTION, STAGING, Environment
from tests.pipelines.repository import Checkout
from tests.pipelines.runner import GitHub, Run, run_steps

pytestmark = pytest.mark.full

FIVE_HUNDREDS = '''
from echodiary.good_main import create_app as good


class Faulty:
    """Well for whoever probes; an error for whoever reads."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] == "http" and scope["path"].startswith("/entries"):
            await send({"type": "http.response.start", "status": 500, "headers": [(b"content-length", b"0")]})
            await send({"type": "http.response.body", "body": b""})
            return
        await self.app(scope, receive, send)


def create_app():
    app = good()
    app.add_middleware(Faulty)
    return app
'''


@dataclass
class World:
    """GitHub, and a checkout of somebody who pushes to it."""

    github: GitHub
    work: Checkout
    place: Path

    def pull(self) -> str:
        self.work.git("fetch", "-q", "origin")
        self.work.git("reset", "-q", "--hard", "origin/main")
        return self.work.git("rev-parse", "HEAD")

    def pinned(self, environment: Environment) -> str:
        self.work.git("fetch", "-q", "origin")
        return environments.digest(self.work.git("show", f"origin/main:inventories/{environment.name}/group_vars/all/release.yml"))

    def said(self) -> dict[str, Any]:
        path = self.place / "stand-ins.json"
        found: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {"issues": [], "comments": []}
        return found

    def record(self, run: Run, environment: Environment) -> dict[str, Any]:
        path = run.artefacts / f"record-{environment.name}" / environment.name / "record.json"
        found: dict[str, Any] = json.loads(path.read_text())
        return found

    def converge(self, environment: Environment) -> None:
        command = [".ci/fleet", "ansible-playbook", "site.yml", "-i", f"inventories/{environment.name}"]
        done = self.work.run(*command, timeout=900, **environments.login(environment))
        assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """KEEP_FLEET=1 leaves the labs for a look afterwards, KEEP_FLEET=again uses them as they are."""
    kept = os.environ.get("KEEP_FLEET")
    if kept != "again":
        environments.down()
    environments.up()
    place = tmp_path_factory.mktemp("github")
    work = repository.copy(place)
    for environment in BOTH:
        environments.write_inventory(environment, work)
        environments.write_secrets(environment)
        (work.path / f"inventories/{environment.name}/aws_ec2.yml").unlink(missing_ok=True)
    work.commit("begin")
    github = GitHub(place / "origin.git", place, environments.variables(), environments.secrets(), environments.machine())
    made = World(github, work, place)
    for environment in BOTH:
        made.converge(environment)
    yield made
    environments.leave_network()
    environments.forget_images()
    if not kept:
        environments.down()


@pytest.fixture
def asked(world: World) -> Iterator[list[str]]:
    """Protected environments that a run asked a person for."""
    names: list[str] = []
    world.github.approve = lambda environment: names.append(environment) if environment.endswith("-approval") else None
    yield names
    world.github.approve = lambda environment: None


def test_a_commit_reaches_production_when_a_person_agrees(world: World) -> None:
    old = {environment.name: environment.versions() for environment in BOTH}
    before = world.pull()
    world.work.write("app/echodiary/added.py", '"""Nothing yet."""\n')
    commit = world.work.commit("a feature\n\nwith {{ braces }} and $(words)")
    approvals = []

    def approve(environment: str) -> None:
        if environment != "production-approval":
            return
        approvals.append(environment)
        assert STAGING.versions() == {commit[:12]}
        assert PRODUCTION.versions() == old["production"], "nothing reaches production before somebody agrees"

    world.github.approve = approve
    run = world.github.push("deploy.yml", before)
    assert run.results == {
        **dict.fromkeys(("what", "build", "pin", "staging", "approval", "production", "publish"), "success"),
        "unpin": "skipped",
        "rollback": "skipped",
    }, run.log()
    assert approvals == ["production-approval"]
    assert STAGING.versions() == PRODUCTION.versions() == {commit[:12]}
    assert world.pinned(STAGING) == world.pinned(PRODUCTION) == environments.digest(run.jobs["build"].outputs["image"])
    for environment in BOTH:
        record = world.record(run, environment)
        assert (record["outcome"], record["why"], record["commit"]) == ("succeeded", "a feature", commit)
        assert record["run_url"].endswith(f"/actions/runs/{world.github.runs}")
        assert environment.lease() is None
    assert "succeeded" in run.jobs["production"].summary
    sessions = (world.place / "sessions").read_text().split()
    assert len(set(sessions)) == len(STAGING.apps) + 1, "staging is reached through Session Manager"


def test_a_push_that_leaves_the_application_alone_deploys_nothing(world: World, asked: list[str]) -> None:
    before = world.pull()
    world.work.write("docs/more.md", "# More\n")
    world.work.commit("words")
    run = world.github.push("deploy.yml", before)
    assert run.results.pop("what") == "success", run.log()
    assert {name: result for name, result in run.results.items() if name != "what"} == dict.fromkeys(
        ("build", "pin", "staging", "unpin", "approval", "production", "rollback", "publish"), "skipped"
    )
    assert asked == []


def test_a_rollback_is_one_click_and_a_name(world: World, asked: list[str]) -> None:
    now, staging = PRODUCTION.versions(), STAGING.versions()
    refused = world.github.dispatch("deploy.yml", action="rollback", environment="production", confirm="staging", release="", reason="")
    assert refused.results["rollback"] == "failure"
    assert refused.jobs["rollback"].failed.startswith("See that the environment's name was typed"), refused.log()
    assert PRODUCTION.versions() == now
    run = world.github.dispatch(
        "deploy.yml", action="rollback", environment="production", confirm="production", release="", reason="slow since noon"
    )
    assert (run.results["rollback"], run.results["publish"]) == ("success", "success"), run.log()
    assert asked == [], "three in the morning is no time to look for a reviewer"
    assert PRODUCTION.versions() != now
    assert STAGING.versions() == staging
    record = world.record(run, PRODUCTION)
    assert (record["kind"], record["outcome"], record["why"]) == ("rollback", "succeeded", "slow since noon")
    assert world.pinned(PRODUCTION) == environments.digest(record["digest"]) != world.pinned(STAGING)


@pytest.mark.parametrize("how", ["answers with errors", "never becomes healthy"])
def test_a_bad_commit_stops_at_the_gate(world: World, asked: list[str], how: str) -> None:
    staging, production = STAGING.versions(), PRODUCTION.versions()
    pins = [world.pinned(environment) for environment in BOTH]
    before = world.pull()
    main = world.work.path / "app/echodiary/main.py"
    text = main.read_text()
    if how == "answers with errors":
        world.work.write("app/echodiary/good_main.py", text)
        main.write_text(FIVE_HUNDREDS)
    else:
        main.write_text("raise SystemExit('no settings')\n")
    world.work.commit(how)
    run = world.github.push("deploy.yml", before)
    assert {name: run.results[name] for name in ("build", "pin", "staging", "unpin", "approval", "production", "publish")} == {
        **dict.fromkeys(("build", "pin", "unpin"), "success"),
        "staging": "failure",
        **dict.fromkeys(("approval", "production", "publish"), "skipped"),
    }, run.log()
    assert "every host runs what it ran before" in run.jobs["staging"].log
    assert "::error title=deploy in staging::" in run.jobs["staging"].log
    assert world.record(run, STAGING)["outcome"] == "taken_back"
    assert asked == []
    assert STAGING.versions() == staging
    assert PRODUCTION.versions() == production
    assert [world.pinned(environment) for environment in BOTH] == pins, "git asks for what runs"
    assert STAGING.lease() is None
    world.pull()
    main.write_text(text)
    world.work.git("rm", "-q", "--ignore-unmatch", "app/echodiary/good_main.py")
    world.work.commit(f"revert: {how}")


def test_drift_is_one_issue_that_opens_and_closes(world: World) -> None:
    quiet = world.github.dispatch("drift.yml")
    assert quiet.results == {"compare": "success", "issue": "success"}, quiet.log()
    open_issues = [one["title"] for one in world.said()["issues"] if one["state"] == "open"]
    assert open_issues == [], world.said()["issues"][-1]["body"]
    STAGING.on("app1", "echo '# by hand' >> /etc/haproxy/haproxy.cfg")
    for _ in range(2):
        drifted = world.github.dispatch("drift.yml")
        assert drifted.results == {"compare": "success", "issue": "success"}, drifted.log()
    issues = world.said()["issues"]
    assert [(one["title"], one["state"]) for one in issues] == [("Drift in staging", "open")]
    assert "haproxy.cfg" in issues[0]["body"]
    assert "haproxy.cfg" in drifted.jobs["compare"].summary
    world.pull()
    world.converge(STAGING)
    world.github.dispatch("drift.yml")
    assert [one["state"] for one in world.said()["issues"]] == ["closed"]


def test_a_pull_request_shows_what_it_would_change(world: World) -> None:
    world.pull()
    path = world.work.path / "inventories/staging/group_vars/app/main.yml"
    path.write_text(path.read_text() + "echodiary_log_level: warning\n")
    sha = world.work.commit("quieter", push=False)
    world.work.git("push", "-q", "origin", f"{sha}:refs/heads/quieter")
    pull = {"number": 5, "user": {"login": "ann"}, "head": {"repo": {"full_name": "example/echodiary"}}}
    for _ in range(2):
        run = world.github.run("plan.yml", "pull_request", {"pull_request": pull}, sha=sha)
        assert run.results == {"compare": "success", "comment": "success"}, run.log()
    comments = {one["body"].splitlines()[0]: one["body"] for one in world.said()["comments"]}
    assert len(world.said()["comments"]) == len(BOTH), "the second run updated what the first wrote"
    assert "echodiary" in comments["<!-- plan of staging -->"]
    assert "something differs from git" in comments["<!-- plan of staging -->"]
    assert "in sync and healthy" in comments["<!-- plan of production -->"]
    fork = {**pull, "head": {"repo": {"full_name": "somebody/echodiary"}}}
    run = world.github.run("plan.yml", "pull_request", {"pull_request": fork}, sha=sha)
    assert run.results == {"compare": "skipped", "comment": "skipped"}, "a fork gets no credentials"


def test_every_command_of_the_workflows_was_executed(world: World) -> None:
    expected = set[tuple[str, str, str]]().union(
        *(run_steps(repository.ROOT / ".github/workflows" / name) for name in ("build.yml", "deploy.yml", "drift.yml", "plan.yml"))
    )
    assert expected - world.github.executed == set()
