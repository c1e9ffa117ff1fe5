# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts destroyed, the database gone: back from git and the bucket, while somebody writes and asks. What is lost is counted.

DRILL_REPORT names the page whose table the drills write: docs/dr.md has it from here.
"""

from __future__ import annotations

import json
import os
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docker
import pytest

from tests.e2e import drill, fleet, watcher
from tests.revisions import HEAD

pytestmark = pytest.mark.e2e

ROWS = 100_000
GOAL = 600
KNOWN = [f"known before the snapshot {number}" for number in range(20)]
WATCHED = str(Path(__file__).with_name("watched.yml"))


class Site:
    """``sheet``: as it lies in the drawer; ``entries``: path of each known one; ``report``: the page that is written."""

    def __init__(self, place: Path) -> None:
        self.place, self.sheet = place, place / "sheet.txt"
        self.report = Path(os.environ.get("DRILL_REPORT") or place / "dr.md").absolute()
        self.entries = {title: post(title) for title in KNOWN}
        fleet.on("app1", "echodiary-backup run database")
        self.sheet.write_text(fleet.on("app1", "echodiary-backup sheet"))

    def secrets(self) -> set[str]:
        """Those of the sheet, and the lab's own of now."""
        on_it = {line.split()[-1] for line in self.sheet.read_text().splitlines() if line.startswith(("  password", "  secret key"))}
        assert len(on_it) == 2
        return on_it | set(fleet.secrets().values())

    def all_known_answer(self) -> None:
        """As a user of either host reads them."""
        for target in drill.TARGETS:
            assert {title: read(target + path)["title"] for title, path in self.entries.items()} == {title: title for title in KNOWN}


def post(title: str) -> str:
    body = json.dumps({"title": title, "body": "-"}).encode()
    request = urllib.request.Request(f"{drill.TARGETS[0]}/entries", data=body, headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as response:
        assert response.status == 201
        return str(response.headers["Location"])


def read(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=10) as response:
        return json.loads(response.read())


@pytest.fixture(scope="module")
def site(fresh_fleet: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    drill.converge_at(HEAD, tmp_path_factory.mktemp("converge"))
    fleet.sql(f"INSERT INTO entries (title, body) SELECT 'page ' || n, md5(n::text) FROM generate_series(1, {ROWS}) n")
    yield Site(tmp_path_factory.mktemp("drill"))
    fleet.sql("DELETE FROM entries WHERE title LIKE 'page %'")


def boots() -> dict[str, str]:
    """Which containers there are: one that was destroyed is another one afterwards."""
    return {str(one.name): str(one.id) for one in docker.from_env().containers.list(filters={"name": f"^{fleet.NAME}-"})}


def run(**variables: Any) -> drill.Ran:
    return drill.finish(drill.start("drill", **variables), timeout=900)


def lose(site: Site, loss: str, **variables: Any) -> watcher.Watcher:
    """Lost, and back; told and written with figures that are those of who watched."""
    place = site.place / loss
    before = boots()
    with watcher.watching(place) as watched:
        ran = run(
            drill_loss=loss,
            confirm="local",
            drill_report=str(site.report),
            drill_observe_tasks=WATCHED,
            drill_watch=str(place),
            **variables,
        )
    assert ran.code == 0, ran.output
    print(ran.output[-3000:], watched.result.hosts)  # noqa: T201 - with -s
    assert not [word for word in site.secrets() if word in ran.output]
    gone = {name.removeprefix(f"{fleet.NAME}-") for name, identity in before.items() if boots().get(name) != identity}
    everything = {"app1", "app2", "mon1", "postgres", "redis", "aws"}
    assert gone == {"host": {"app1"}, "database": {"postgres"}, "everything": everything}[loss], "it really was destroyed, and nothing else"
    (line,) = (one for one in site.report.read_text().splitlines() if one.startswith(f"| local | {loss}"))
    cells = [cell.strip() for cell in line.split("|")]
    assert cells[7] == f"{len(watched.ledger.lost):,}" and cells[8] == f"{watched.result.failed:,} of {watched.result.sent:,}"
    assert seconds(cells[4]) < GOAL
    site.all_known_answer()
    assert fleet.sql("SELECT count(*) FROM entries WHERE title LIKE 'page %'") == str(ROWS)
    return watched


def seconds(text: str) -> int:
    words = text.split()
    return sum(int(number) * {"min": 60, "s": 1}[unit] for number, unit in zip(words[::2], words[1::2], strict=True))


def only_what_came_after_the_snapshot_is_lost(watched: watcher.Watcher) -> None:
    """All of the run was written after it: until the loss nothing of that is there, and afterwards all of it."""
    ledger = watched.ledger
    lost, kept = ([int(token.rpartition("-")[2]) for token in some] for some in (ledger.lost, watched.kept))
    assert lost and kept and max(lost) < min(kept), (lost, kept)
    assert not (ledger.doubled or ledger.refused or ledger.strange), ledger


@pytest.mark.full
@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"echodiary_environment": "production", "confirm": "production"}, "nothing is destroyed in production"),
        ({"drill_allowed": False, "confirm": "local"}, "drill_allowed: true"),
        ({"confirm": "staging"}, "Nothing was touched"),
        ({"confirm": "local", "drill_sheet": "wrong"}, "does not open its repository"),
        ({"confirm": "local", "drill_destroy": False}, "so it is not lost, and was left as it is"),
    ],
    ids=["production", "not allowed", "another name", "a sheet of before", "nothing is lost"],
)
def test_what_is_refused_touches_nothing(site: Site, variables: dict[str, Any], said: str) -> None:
    if "drill_sheet" in variables:
        old = site.place / "old.txt"
        old.write_text(site.sheet.read_text().replace("  password    ", "  password    of-last-year-"))
        variables = {**variables, "drill_sheet": str(old)}
    before, rows = boots(), fleet.sql("SELECT count(*) FROM entries")
    ran = run(drill_loss="database", **variables)
    assert ran.code != 0 and said in " ".join(ran.output.split()), ran.output
    assert (boots(), fleet.sql("SELECT count(*) FROM entries")) == (before, rows)
    site.all_known_answer()


@pytest.mark.full
def test_a_host_is_lost_and_the_other_serves_everything_meanwhile(site: Site) -> None:
    """The first one: who keeps the lease, the dumps and the job that saves."""
    watched = lose(site, "host")
    of_lost, of_other = (watched.result.hosts[target] for target in drill.TARGETS)
    assert of_lost["failed"] > 0 and of_other["failed"] == 0
    assert watched.ledger.exact, watched.ledger


def test_the_database_is_lost_and_comes_back_from_the_bucket(site: Site) -> None:
    watched = lose(site, "database")
    only_what_came_after_the_snapshot_is_lost(watched)


@pytest.mark.full
def test_everything_is_lost_but_git_the_bucket_and_the_sheet(site: Site) -> None:
    passwords = fleet.secrets()
    watched = lose(site, "everything", drill_sheet=str(site.sheet))
    only_what_came_after_the_snapshot_is_lost(watched)
    changed = {name for name, value in fleet.secrets().items() if passwords[name] != value}
    assert {"database_password", "database_migrate_password", "database_admin_password"} <= changed, "made anew, not remembered"
    again = fleet.on("app1", "echodiary-backup run database; echodiary-backup list --json")
    assert "was made" not in again and len(json.loads(again.splitlines()[-1])) == 2, "into the repository that there was"
    deployed = drill.run("deploy")
    assert deployed.code == 0, deployed.output
