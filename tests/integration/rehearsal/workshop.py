# SPDX-License-Identifier: GPL-3.0-or-later
"""EchoDiary's real image with revisions of a test's own, a real dump of a database with rows, and the module's halves without Ansible."""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import docker
import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._host import answers
from ansible_collections.echodiary.infra.plugins.module_utils._rehearsal import sources
from ansible_collections.echodiary.infra.plugins.plugin_utils._calls import host, packages
from ansible_collections.echodiary.infra.plugins.plugin_utils._inside import remote
from ansible_collections.echodiary.infra.plugins.plugin_utils._rehearsal import flow, options

from tests.integration import lab_images
from tests.integration.backup.conftest import Host

COMPONENT = "rehearsed"
PROGRAM = Path(sources.PROGRAM_PATH)
OWNER, PASSWORD = "echodiary", "hunter2-of-production"
_REVISION = """import sqlalchemy as sa
from alembic import op
revision, down_revision = {revision!r}, {before!r}
def upgrade():
    {code}
def downgrade():
    pass
"""
#: takes 2 s on the data of `database` whatever the machine: it is held, not hurried
_SLOW = "CREATE FUNCTION slow() RETURNS float LANGUAGE plpgsql VOLATILE AS 'BEGIN PERFORM pg_sleep(0.001); RETURN random(); END'"
THREE = {
    "0005": f'op.execute("{_SLOW}"); op.execute("ALTER TABLE entries ADD COLUMN luck float DEFAULT slow()")',
    "0006": "with op.get_context().autocommit_block(): op.execute('CREATE INDEX CONCURRENTLY by_title ON entries (title)')",
    "0007": "op.execute('DELETE FROM entries WHERE id % 2 = 0')",
}
SEVEN = {
    "0005": "op.execute('ALTER TABLE entries ADD COLUMN author text')",
    "0006": "op.execute('ALTER TABLE entries ADD COLUMN luck text DEFAULT md5(random()::text) || md5(random()::text)')",
    "0007": "op.execute('CREATE INDEX by_body ON entries (body, title)')",
    "0008": "with op.get_context().autocommit_block(): op.execute('CREATE INDEX CONCURRENTLY by_title ON entries (title, body)')",
    "0009": "op.execute('ALTER TABLE entries ALTER COLUMN luck SET NOT NULL')",
    "0010": "op.execute('ALTER TABLE entries ADD COLUMN size int'); op.execute('UPDATE entries SET size = length(body), body = md5(body)')",
    "0011": "op.execute('DELETE FROM entries WHERE id % 2 = 0')",
}


#: these are tests of rehearsals, and whatever EchoDiary has after 0004 is not what they are about
_OLDER = "RUN find migrations/versions -name '*.py*' ! -name '000[1-4]*' -delete"


def release(name: str, revisions: Mapping[str, str]) -> str:
    """EchoDiary with these after 0004."""
    context, before = io.BytesIO(), "0004"
    files = {"Dockerfile": f"FROM {lab_images.application()}\nUSER root\n{_OLDER}\nCOPY *.py migrations/versions/\nUSER 10001:10001\n"}
    for revision, code in revisions.items():
        files[f"{revision}.py"] = _REVISION.format(revision=revision, before=before, code=code)
        before = revision
    with tarfile.open(fileobj=context, mode="w") as tar:
        for path, text in files.items():
            entry = tarfile.TarInfo(path)
            entry.size, entry.mode = len(text), 0o644
            tar.addfile(entry, io.BytesIO(text.encode()))
    context.seek(0)
    image, _log = docker.from_env().images.build(fileobj=context, custom_context=True, tag=f"echodiary-rehearsal-test:{name}", rm=True)
    return str(image.id)


class Server:
    """Production's database, as far as a test needs it."""

    def __init__(self) -> None:
        self.container = docker.from_env().containers.run(lab_images.service("postgres"), detach=True)
        end = time.monotonic() + 60
        while self.container.exec_run(["pg_isready", "-h", "127.0.0.1"]).exit_code:
            assert time.monotonic() < end, self.container.logs(tail=20).decode()
            time.sleep(0.2)
        self.container.reload()
        self.address = self.container.attrs["NetworkSettings"]["IPAddress"]
        self.sql(f"CREATE ROLE {OWNER} LOGIN PASSWORD '{PASSWORD}'; CREATE ROLE {OWNER}_app; CREATE ROLE \"Odd reader\"")
        self.sql(f"CREATE DATABASE echodiary OWNER {OWNER}")

    def sql(self, *statements: str, database: str = "postgres") -> str:
        words = [part for one in statements for part in ("-c", one)]
        done = self.container.exec_run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", database, *words], user="postgres")
        assert done.exit_code == 0, done.output.decode()
        return str(done.output.decode()).strip()

    def migrate(self, image: str) -> None:
        url = f"postgresql://{OWNER}:{PASSWORD}@{self.address}/echodiary"
        command = ["docker", "run", "--rm", "-e", f"DATABASE_URL={url}", "--entrypoint", "alembic", image, "upgrade", "0004"]
        subprocess.run(command, check=True, capture_output=True)

    def fill(self, rows: int) -> None:
        self.sql(
            f"SET ROLE {OWNER}",
            f"INSERT INTO entries (title, body) SELECT 'title ' || n, repeat(md5(n::text), 4) FROM generate_series(1, {rows}) n",
            f'GRANT SELECT, INSERT ON entries TO {OWNER}_app WITH GRANT OPTION; GRANT SELECT ON entries TO "Odd reader", PUBLIC',
            f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO {OWNER}_app",
            database="echodiary",
        )

    def dump(self, directory: Path, identifier: str) -> None:
        login = {
            "image": lab_images.service("postgres-client"), "pull": "never", "network": None, "host": self.address, "port": 5432,
            "database": "echodiary", "user": OWNER, "password": PASSWORD, "sslmode": "disable", "ca_certificate": None,
        }  # fmt: skip
        wanted = {
            "login": login, "id": identifier, "directory": str(directory), "release": "", "keep": 7, "keep_days": 7, "owner": "",
            "maintenance_database": "postgres", "timeout": 300, "source": "",
        }  # fmt: skip
        said = called("_dump", {"state": "created", "check": False, "wanted": wanted})
        assert not said["failed"], said["msg"]

    @property
    def job(self) -> dict[str, Any]:
        """As role backup tells it to its program."""
        image = lab_images.service("postgres-client")
        login = {"host": self.address, "port": 5432, "name": "echodiary", "user": OWNER, "password": PASSWORD, "sslmode": "disable"}
        return {"kind": "postgres", "hours": 26, "component": COMPONENT, "database": {**login, "ca_certificate": "", "image": image}}


@contextlib.contextmanager
def program_of(host: Host) -> Iterator[None]:
    """The program of backups, real, on a host of its own: what this machine would call runs there."""
    if PROGRAM.exists():
        pytest.skip("this machine has one of its own")
    PROGRAM.write_text(f'#!/bin/sh\nexec docker exec -i {host.container.id} echodiary-backup "$@"\n')
    PROGRAM.chmod(0o755)
    try:
        yield
    finally:
        PROGRAM.unlink()


def sent(package: str, manifest: Mapping[str, Any]) -> tuple[list[str], bytes]:
    return ["sh", "-c", host.command(sys.executable)], host.payload(packages.package(package), manifest)


def called(package: str, manifest: Mapping[str, Any]) -> Any:
    command, payload = sent(package, manifest)
    done = subprocess.run(command, input=payload, capture_output=True, check=False, cwd="/")
    answer = answers.found(done.stdout.decode())
    assert answer is not None, done.stderr.decode()
    return answer


def complete(wanted: Mapping[str, Any]) -> dict[str, Any]:
    inside = remote.manifest([])
    return {**wanted, "loader": inside["loader"], "sources": inside["sources"]}


def ask(wanted: Any) -> Any:
    return called("_rehearsal", complete(wanted))


def arguments(image: str, directory: Path, **more: Any) -> Any:
    defaults = {name: spec.get("default") for name, spec in options.ARGUMENTS.items()}
    given = {
        "component": COMPONENT,
        "image": image,
        "directory": str(directory),
        "server_image": lab_images.service("postgres"),
        "pull": "never",
    }
    assert set(more) <= set(defaults)
    return {**defaults, **given, **more}


def rehearse(image: str, directory: Path, *, check: bool = False, there: bool = False, **more: Any) -> Any:
    """The whole module but its shell. ``there``: the dumps are another host's."""
    args = arguments(image, directory, **more)
    here = {**args, "directory": ""} if there else args
    asking = flow.Asking((lambda wanted: ask({**wanted, "directory": here["directory"]})), ask if there else None, "host")
    return flow.run(args, asking, check)


class Left:
    """Containers, volumes, networks and files of a rehearsal that there are; what others have on this machine does not count."""

    FOLDERS = ("/tmp", "/var/tmp", "/run", "/run/echodiary", "/var/lib/echodiary", "/var/backups")

    def __init__(self) -> None:
        client = docker.from_env()
        listed = subprocess.run(["docker", "ps", "--all", "--format", "{{.Names}} {{.Labels}}"], capture_output=True, text=True, check=True)
        self.containers = {line.split()[0] for line in listed.stdout.splitlines() if COMPONENT in line}
        # one of a throw-away server has its data in it
        self.volumes = {one.name for one in client.volumes.list() if Path(one.attrs["Mountpoint"], "data", "PG_VERSION").exists()}
        self.networks = {one.name for one in client.networks.list() if "rehears" in one.name}
        found = [one for folder in self.FOLDERS if Path(folder).is_dir() for one in Path(folder).iterdir()]
        self.files = {str(one) for one in found if "rehears" in one.name or one.suffix == ".dump"}
        # the one file that stays is empty: who holds it rehearses
        self.files -= {f"/run/echodiary/rehearsal-{COMPONENT}.lock"}

    def more_than(self, other: Left) -> dict[str, set[str]]:
        found = {name: getattr(self, name) - getattr(other, name) for name in ("containers", "volumes", "networks", "files")}
        return {name: more for name, more in found.items() if more}


@contextlib.contextmanager
def begun(image: str, directory: Path, **more: Any) -> Iterator[subprocess.Popen[bytes]]:
    """The host's half, to be killed; its children stay, as after a SIGKILL."""
    args = arguments(image, directory, **more)
    found = ask(options.wanted(args, "look"))
    wanted = {**options.wanted(args, "rehearse", found["store"]), **options.runs(args)}
    command, payload = sent("_rehearsal", complete(wanted))
    process = subprocess.Popen(
        ["sh", "-c", f"exec {command[2]}"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd="/"
    )
    assert process.stdin
    process.stdin.write(payload)
    process.stdin.close()
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def release_containers() -> list[str]:
    words = ["docker", "ps", "--quiet", "--filter", f"label=echodiary.rehearsal={COMPONENT}"]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.split()


def inspected(name: str) -> str:
    return json.dumps(json.loads(subprocess.run(["docker", "inspect", name], capture_output=True, text=True, check=True).stdout))


def forget() -> None:
    """What this component's rehearsals keep for the night."""
    subprocess.run(["docker", "rm", "--force", "--volumes", f"echodiary-rehearsal-{COMPONENT}"], capture_output=True, check=False)


def server_pid() -> int:
    words = ["docker", "inspect", "--format", "{{.State.Pid}}", f"echodiary-rehearsal-{COMPONENT}"]
    return int(subprocess.run(words, capture_output=True, text=True, check=True).stdout)


def databases() -> set[str]:
    """Of the throw-away server."""
    words = [
        "docker",
        "exec",
        f"echodiary-rehearsal-{COMPONENT}",
        "psql",
        "-h",
        "/tmp/socket",
        "-U",
        "throwaway",
        "-d",
        "postgres",
        "-XAtc",
    ]
    done = subprocess.run([*words, "SELECT datname FROM pg_database"], capture_output=True, text=True, check=True)
    return set(done.stdout.split())
