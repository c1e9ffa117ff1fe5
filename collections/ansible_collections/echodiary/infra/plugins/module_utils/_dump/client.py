# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs one of PostgreSQL's programs in a throw-away container: bounded in time, and nothing left behind when the time is over."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterable, Iterator
from typing import IO, TYPE_CHECKING, cast

from .errors import DumpError

if TYPE_CHECKING:
    from types import TracebackType

    from .shapes import Login

#: the password is the first line of standard input: neither a command line nor `docker inspect` shows it
_SCRIPT = 'IFS= read -r PGPASSWORD && export PGPASSWORD && exec "$@"'
_NOBODY = "65534:65534"
_CONNECT_TIMEOUT = 10
_BLOCK = 1 << 20
#: how long the Docker client may take to notice that its container has ended (s)
_GRACE = 5


class Client:
    """``timeout`` in seconds."""

    def __init__(self, login: Login, timeout: float) -> None:
        self.login, self.timeout = login, timeout
        if not shutil.which("docker"):
            raise DumpError("docker is not installed on this host; converge the role docker first")

    @contextlib.contextmanager
    def output(
        self, program: list[str], document: Iterable[bytes] = (), database: str | None = None, files: Iterable[str] = ()
    ) -> Iterator[IO[bytes]]:
        """The program's standard output, to be read to its end; ``document`` is its standard input. Raises when the program failed."""
        name = f"echodiary-dump-{os.getpid()}-{os.urandom(3).hex()}"
        command = self.command(name, program, database, files)
        with tempfile.TemporaryFile() as errors:
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors)
            # both are asked for above
            given, output = cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout)
            feeder = threading.Thread(target=_feed, args=(given, self.login["password"], document), daemon=True)
            feeder.start()
            with _Patience(name, process, self.timeout) as patience:
                yield output
            feeder.join(10)
            errors.seek(0)
            _judge(process.returncode, errors.read().decode(errors="replace"), program[0], patience.over, self.timeout, self.login)

    def sql(self, script: str, database: str | None = None, **variables: str) -> str:
        """What psql prints: unaligned, without headings. Stops at the first error. ``:'name'`` and ``:"name"`` quote a variable."""
        given = [part for name, value in variables.items() for part in ("-v", f"{name}={value}")]
        program = ["psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "-v", "ON_ERROR_STOP=1", *given, "--file", "-"]
        with self.output(program, [script.encode()], database) as output:
            return str(output.read().decode(errors="replace")).strip()

    def command(self, name: str, program: list[str], database: str | None = None, files: Iterable[str] = ()) -> list[str]:
        login = self.login
        settings = {
            "PGHOST": login["host"],
            "PGPORT": login["port"],
            "PGUSER": login["user"],
            "PGDATABASE": database or login["database"],
            "PGSSLMODE": login["sslmode"],
            "PGCONNECT_TIMEOUT": _CONNECT_TIMEOUT,
            "PGAPPNAME": "echodiary-dump",
        }
        mounts = list(files)
        if login["ca_certificate"]:
            settings["PGSSLROOTCERT"] = login["ca_certificate"]
            mounts.append(login["ca_certificate"])
        command = ["docker", "run", "--rm", "--interactive", "--init", "--name", name, "--label", "echodiary.infra=dump"]
        command += ["--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--pids-limit", "512", "--read-only", "--user", _NOBODY]
        command += ["--log-driver", "none", "--pull", login["pull"]]
        command += ["--network", login["network"]] if login["network"] else []
        command += [part for key, value in settings.items() for part in ("--env", f"{key}={value}")]
        command += [part for path in mounts for part in ("--volume", f"{path}:{path}:ro")]
        return [*command, "--entrypoint", "sh", login["image"], "-c", _SCRIPT, "sh", *program]


class _Patience:
    """Ends the container when the time is over, or when nobody listens to it any more: neither may go on behind the deploy's back."""

    def __init__(self, name: str, process: subprocess.Popen[bytes], timeout: float) -> None:
        self.name, self.process, self.over = name, process, False
        self._timer = threading.Timer(timeout, self._expire)
        self._timer.daemon = True

    def __enter__(self) -> _Patience:
        self._timer.start()
        return self

    def __exit__(self, failed: type[BaseException] | None, *_details: BaseException | TracebackType | None) -> None:
        if failed is not None:
            self._end()
        if self.process.stdout is not None:
            self.process.stdout.close()
        self.process.wait()
        self._timer.cancel()

    def _expire(self) -> None:
        self.over = True
        self._end()

    def _end(self) -> None:
        command = ["docker", "kill", self.name]
        for _ in range(2):  # the first may come before there is a container
            with contextlib.suppress(OSError, subprocess.TimeoutExpired):
                subprocess.run(
                    command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=30, check=False
                )
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(_GRACE)
                return
        self.process.kill()


def blocks(path: str) -> Iterator[bytes]:
    with open(path, "rb") as handle:
        while True:
            block = handle.read(_BLOCK)
            if not block:
                return
            yield block


def _feed(stdin: IO[bytes], password: str, document: Iterable[bytes]) -> None:
    # A program that ends early has said why on its standard error.
    with contextlib.suppress(OSError, ValueError), stdin:
        stdin.write(password.encode() + b"\n")
        for block in document:
            stdin.write(block)


def _judge(code: int, errors: str, program: str, over: bool, timeout: float, login: Login) -> None:
    if over:
        raise DumpError(
            f"{program}: no end after {timeout:.0f} s, so it was stopped; see what it waits for in pg_stat_activity, or give more 'timeout'"
        )
    if code == 0:
        return
    lines = [line.strip() for line in errors.replace(login["password"], "«secret»").strip().splitlines() if line.strip()]
    said = " / ".join(lines[:2] + lines[2:][-2:])[:700] or f"exit {code} without a word"
    raise DumpError(f"{program} at {login['host']}:{login['port']} failed: {said}{_advice(said)}")


def _advice(said: str) -> str:
    if "server version mismatch" in said:
        return "; take an image of the server's major version or a newer one"
    if "Unable to find image" in said or "No such image" in said or "manifest unknown" in said:
        return "; push the image to where this host can pull it, or correct its name"
    if "password authentication failed" in said:
        return "; the secret and the role's password differ"
    return ""
