"""Real servers for the tests: PostgreSQL, Redis, EchoDiary itself, and a wire between them that can be cut."""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psycopg
import pytest
from alembic import command
from alembic.config import Config
from psycopg.sql import SQL, Identifier
from sqlalchemy.engine import URL, make_url

from echodiary.settings import get_settings

APP = Path(__file__).resolve().parent.parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(condition: str, probe: Callable[[], bool], seconds: float = 60) -> None:
    """`probe` is called until it returns something true; connection errors count as false."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(httpx.TransportError, OSError, psycopg.OperationalError):
            if probe():
                return
        time.sleep(0.05)
    raise AssertionError(f"{condition}: not within {seconds:g} s")


# --- PostgreSQL ---------------------------------------------------------------------------------------------------


def find_postgresql() -> Path | None:
    """The newest installed server; its programs are not on PATH in Debian."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


@contextlib.contextmanager
def postgresql(binaries: Path, directory: Path) -> Iterator[URL]:
    """A throw-away cluster: fast instead of durable. Run as user postgres when we are root, which it refuses."""
    data, port = directory / "data", free_port()
    user = _server_user(directory)
    initdb: list[str | Path] = [binaries / "initdb", "-D", data, "-U", "echodiary", "-A", "trust", "-E", "UTF8", "-N"]
    subprocess.run(initdb, user=user, check=True, stdout=subprocess.DEVNULL, cwd=directory)
    settings = ["fsync=off", "full_page_writes=off", "max_connections=200", "listen_addresses=127.0.0.1"]
    settings += [f"port={port}", f"unix_socket_directories={directory}"]
    flags = [part for setting in settings for part in ("-c", setting)]
    with (directory / "log").open("w") as log:
        server = subprocess.Popen([binaries / "postgres", "-D", data, *flags], user=user, stdout=log, stderr=log)
    url = make_url(f"postgresql+psycopg://echodiary@127.0.0.1:{port}/postgres")
    try:
        wait_for("PostgreSQL accepts connections", lambda: _answers(url))
        yield url
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(20)


def _answers(url: URL) -> bool:
    with psycopg.connect(plain(url)):
        return True


def _server_user(directory: Path) -> str | None:
    if os.geteuid() != 0:
        return None
    postgres = pwd.getpwnam("postgres")
    os.chown(directory, postgres.pw_uid, postgres.pw_gid)
    return "postgres"


def plain(url: URL) -> str:
    """For psycopg itself, which does not know SQLAlchemy's driver names."""
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def text(url: URL) -> str:
    return url.render_as_string(hide_password=False)


def environment(url: URL, **more: str) -> dict[str, str]:
    """What the service sees: nothing of the developer's own settings."""
    base = {key: os.environ[key] for key in ("PATH", "LANG", "LD_LIBRARY_PATH") if key in os.environ}
    return {**base, "DATABASE_URL": text(url), "PYTHONPATH": str(APP), **more}


def alembic(url: URL, *arguments: str, **more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "alembic", *arguments],
        cwd=APP,
        env=environment(url, **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def migrate(url: URL, revision: str) -> None:
    """Up or down to the revision, in this process: starting another one takes longer than the migration."""
    config = Config(APP / "alembic.ini")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", text(url))
        patch.setattr("echodiary.logs.configure", lambda _level: None)
        get_settings.cache_clear()
        if revision == "base" or revision.startswith("-"):
            command.downgrade(config, revision)
        else:
            command.upgrade(config, revision)
        get_settings.cache_clear()


@contextlib.contextmanager
def blocked_writes(url: URL) -> Iterator[None]:
    """Every write waits for as long as this lasts, which is how the tests make a request slow."""
    with psycopg.connect(plain(url)) as connection:
        connection.execute("LOCK TABLE entries IN SHARE MODE")
        yield


def waiting_for_lock(url: URL) -> int:
    query = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    with psycopg.connect(plain(url)) as connection:
        row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def count(url: URL, table: str) -> int:
    with psycopg.connect(plain(url)) as connection:
        row = connection.execute(SQL("SELECT count(*) FROM {}").format(Identifier(table))).fetchone()
    return int(row[0]) if row else 0


# --- Redis --------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def redis_server(program: str) -> Iterator[int]:
    port = free_port()
    arguments = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    server = subprocess.Popen([program, *arguments], stdout=subprocess.DEVNULL, cwd="/")
    try:
        wait_for("Redis accepts connections", lambda: _listens(port))
        yield port
    finally:
        server.terminate()
        server.wait(10)


def _listens(port: int) -> bool:
    with socket.create_connection(("127.0.0.1", port)):
        return True


# --- EchoDiary ----------------------------------------------------------------------------------------------------


class Service:
    """`python -m echodiary` in its own process, as in production."""

    def __init__(self, url: URL, log: Path, **more: str) -> None:
        self.url = url
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.log = log
        variables = environment(url, PORT=str(self.port), HOST="127.0.0.1", **more)
        with log.open("w") as output:
            self.process = subprocess.Popen([sys.executable, "-m", "echodiary"], cwd=APP, env=variables, stdout=output, stderr=output)
        self.http = httpx.Client(base_url=self.base, timeout=15)

    def wait(self) -> None:
        wait_for(f"EchoDiary answers, see {self.log}", lambda: self.http.get("/health").status_code == 200)
        wait_for("all workers are there", lambda: "have come up" not in self.fresh("/ready").text)

    def fresh(self, path: str) -> httpx.Response:
        """Over a new connection, so that any of the workers may answer."""
        return httpx.get(self.base + path, timeout=15)

    def fresh_post(self, path: str, body: dict[str, str]) -> httpx.Response:
        return httpx.post(self.base + path, json=body, timeout=15)

    def metric(self, series: str) -> float:
        """The value of one series, written as /metrics writes it; 0 when it does not exist yet."""
        for line in self.fresh("/metrics").text.splitlines():
            if line.startswith(f"{series} "):
                return float(line.rpartition(" ")[2])
        return 0

    def workers(self) -> list[int]:
        """Serving processes: the children that listen, not multiprocessing's resource tracker."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [int(pid) for pid in children if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]

    def stop(self) -> None:
        self.http.close()
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(40)


@contextlib.contextmanager
def service(url: URL, directory: Path, **more: str) -> Iterator[Service]:
    running = Service(url, directory / "service.log", **more)
    try:
        running.wait()
        yield running
    finally:
        running.stop()


# --- the wire -----------------------------------------------------------------------------------------------------


class Wire:
    """A TCP forwarder that can be cut (connections refused and reset) or frozen (accepted, never answered)."""

    def __init__(self, target_port: int) -> None:
        self.port = free_port()
        self._target = ("127.0.0.1", target_port)
        self._open: list[socket.socket] = []
        self._flowing = threading.Event()
        self._flowing.set()
        self.mend()

    def mend(self) -> None:
        self._flowing.set()
        self._listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def cut(self) -> None:
        for end in [self._listener, *self._open]:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self._open.clear()

    def freeze(self) -> None:
        self._flowing.clear()

    def thaw(self) -> None:
        self._flowing.set()

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = listener.accept()
                far = socket.create_connection(self._target)
                self._open += [near, far]
                for source, sink in ((near, far), (far, near)):
                    threading.Thread(target=self._pump, args=(source, sink), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                self._flowing.wait()
                sink.sendall(data)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)
