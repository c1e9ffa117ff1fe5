# SPDX-License-Identifier: GPL-3.0-or-later
"""EchoDiary's own image, through Ansible: nothing secret shows, and the release that still runs is not left behind."""

from __future__ import annotations

import contextlib
import io
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docker
import pytest

from tests.integration import lab_images, local_play
from tests.integration.alembic.workshop import PASSWORD, Database, run
from tests.revisions import HEAD, NEXT

ADDED = {
    "strict": "op.add_column('entries', sa.Column('author', sa.Text(), nullable=False))",
    "additive": "op.add_column('entries', sa.Column('author', sa.Text()))",
    "retyped": "op.execute(\"ALTER TABLE entries ALTER COLUMN body DROP DEFAULT, ALTER COLUMN body TYPE bytea USING ''::bytea\")",
}
REVISION = """import sqlalchemy as sa
from alembic import op
revision, down_revision = {revision!r}, {before!r}
def upgrade():
    {upgrade}
def downgrade():
    pass
"""


@pytest.fixture(scope="session")
def releases() -> Iterator[dict[str, str]]:
    """EchoDiary as it is ("old"), and one with another revision for each of ADDED."""
    client = docker.from_env()
    old = lab_images.application()
    made = {name: _release(client, old, name, code) for name, code in ADDED.items()}
    yield {"old": old, **made}
    for image in made.values():
        client.images.remove(image, force=True)


def _release(client: docker.DockerClient, old: str, name: str, code: str) -> str:
    context = io.BytesIO()
    with tarfile.open(fileobj=context, mode="w") as tar:
        for path, text in {
            "Dockerfile": f"FROM {old}\nCOPY {NEXT}.py migrations/versions/\n",
            f"{NEXT}.py": REVISION.format(upgrade=code, revision=NEXT, before=HEAD),
        }.items():
            entry = tarfile.TarInfo(path)
            entry.size, entry.mode = len(text), 0o644
            tar.addfile(entry, io.BytesIO(text.encode()))
    context.seek(0)
    image, _log = client.images.build(fileobj=context, custom_context=True, tag=f"echodiary-alembic-test:{name}", rm=True)
    return str(image.id)


@pytest.fixture(scope="session")
def migrated(port: int, releases: dict[str, str]) -> str:
    """A database at EchoDiary's own head, to copy."""
    Database(port, "postgres").run("CREATE DATABASE echodiary")
    result = run("head", **_place(Database(port, "echodiary"), releases["old"]))
    assert not result["failed"], result["msg"]
    return "echodiary"


@pytest.fixture
def diary(port: int, migrated: str, request: pytest.FixtureRequest) -> Database:
    name = f"diary_{abs(hash(request.node.name))}"
    Database(port, "postgres").run(f"CREATE DATABASE {name} TEMPLATE {migrated}")
    return Database(port, name)


def _place(database: Database, image: str) -> dict[str, Any]:
    return {"image": image, "network": "host", "environment": {"DATABASE_URL": database.url}}


@contextlib.contextmanager
def _watched() -> Iterator[set[str]]:
    """Every command line that anybody on this machine could see meanwhile."""
    seen: set[str] = set()
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.2):
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                with contextlib.suppress(OSError):
                    seen.add(path.read_bytes().replace(b"\0", b" ").decode(errors="replace"))

    watcher = threading.Thread(target=look)
    watcher.start()
    yield seen
    over.set()
    watcher.join()


def test_through_ansible_with_an_env_file(database: Database, releases: dict[str, str], tmp_path: Path) -> None:
    env_file = tmp_path / "echodiary.env"
    env_file.write_text(f"# settings\nDATABASE_URL={database.url}\n")
    env_file.chmod(0o600)
    place = tmp_path / "play"
    place.mkdir()
    task = {
        "name": "Migrate",
        "echodiary.infra.alembic": {"state": "head", "image": releases["old"], "env_file": str(env_file), "network": "host"},
    }
    again = {**task, "name": "Again"}
    with _watched() as seen:
        played = local_play.play(place, [task, again], "-vvv")
    assert played.code == 0, played.output
    assert (played.task["Migrate"]["changed"], played.task["Migrate"]["current"]) == (True, [HEAD])
    assert (played.task["Again"]["changed"], played.task["Again"]["remote_calls"]) == (False, 1)
    assert database.revision() == [HEAD] and database.invalid_indexes() == 0
    assert any("docker run" in line for line in seen)
    assert [line for line in seen if PASSWORD in line] == []
    assert PASSWORD not in played.output
    assert played.task["Migrate"]["notes"] == [], "EchoDiary passes PGOPTIONS on"


def test_what_the_running_release_would_miss_is_refused_beforehand(diary: Database, releases: dict[str, str]) -> None:
    result = run("head", **_place(diary, releases["strict"]), compat_image=releases["old"], check=True)
    assert result["failed"] and f"{NEXT} breaks-running-release: entries.author" in result["msg"]
    assert (result["remote_calls"], diary.revision()) == (1, [HEAD])


def test_what_it_need_not_know_passes(diary: Database, releases: dict[str, str]) -> None:
    result = run("head", **_place(diary, releases["additive"]), compat_image=releases["old"])
    assert (result["failed"], result["current"]) == (False, [NEXT]), result["msg"]


@pytest.mark.full
def test_what_only_shows_on_the_real_table_is_found_afterwards(diary: Database, releases: dict[str, str]) -> None:
    allow = [
        {"revision": NEXT, "rule": "changing-column-type", "reason": "-"},
        {"revision": NEXT, "rule": "breaks-running-release", "reason": "-"},
    ]
    result = run("head", **_place(diary, releases["retyped"]), compat_image=releases["old"], allow=allow[:1])
    assert "breaks-running-release: entries.body" in result["msg"], "its INSERTs leave body to the default"
    diary.run("ALTER TABLE entries ALTER COLUMN body DROP DEFAULT")  # so that nothing is foreseen
    result = run("head", **_place(diary, releases["retyped"]), compat_image=releases["old"], allow=allow)
    assert result["failed"] and result["changed"] and "the code expects TEXT and finds BYTEA" in result["msg"]
    assert f"state=revision revision={HEAD}" in result["msg"]


def test_an_image_that_is_not_there(database: Database) -> None:
    place = {**_place(database, "localhost:1/absent/image:1"), "pull": "never"}
    result = run("current", **place)
    assert result["failed"] and "pull the image" in result["msg"]
