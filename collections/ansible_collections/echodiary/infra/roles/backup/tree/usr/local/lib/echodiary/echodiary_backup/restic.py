# SPDX-License-Identifier: GPL-3.0-or-later
"""restic, run as this host is told: secrets in its environment, never in its arguments, and an end where waiting is of no use."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from typing import IO, Any, NamedTuple
from urllib.parse import urlsplit

from . import failures, times
from .config import Config
from .errors import BackupError

_CONNECT = 10.0
_TAIL = 60


class Ended(NamedTuple):
    """How restic ended: its messages, as JSON or text, and what it complained of."""

    code: int
    output: str
    said: str

    @property
    def messages(self) -> list[dict[str, Any]]:
        lines = (line for line in self.output.splitlines() if line.startswith("{"))
        return [json.loads(line) for line in lines]


class Restic:
    """``again``: the command that is told to be repeated. ``prune``: with the key that may remove."""

    def __init__(self, config: Config, again: str, prune: bool = False) -> None:
        self.config, self.again = config, again
        self.environment = environment(config, prune)

    @property
    def repository(self) -> str:
        return re.sub(r"//[^/@]*@", "//", self.config["repository"])

    def run(self, *arguments: str, output: IO[bytes] | None = None, quiet: bool = False) -> Ended:
        """To its end. With ``output`` its standard output goes there; ``quiet``: what it complains of is not passed on."""
        reachable(self.repository, self.again)
        process = subprocess.Popen(
            ["restic", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output or subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self.environment,
        )
        said: list[str] = []
        reader = threading.Thread(target=_follow, args=(process, said, quiet), daemon=True)
        reader.start()
        text = process.stdout.read().decode(errors="replace") if process.stdout else ""
        code = process.wait()
        reader.join(10)
        return Ended(code, text, "\n".join(said))

    def ask(self, *arguments: str, output: IO[bytes] | None = None) -> Ended:
        """As ``run``; BackupError where it did not end well."""
        ended = self.run(*arguments, output=output)
        if ended.code:
            raise BackupError(self.sentence(ended))
        return ended

    def sentence(self, ended: Ended) -> str:
        # with --json what is fatal is a message on standard error, and errors on the way may be on standard output
        complaints = "\n".join(line for line in ended.output.splitlines() if '"error"' in line)
        return failures.sentence(ended.code, f"{ended.said}\n{complaints}", self.repository, self.again)

    def snapshots(self, *tags: str) -> list[dict[str, Any]]:
        """Those that have all the tags, oldest first. Without a lock: a store that is full is read, and a key that only reads is enough."""
        wanted = ["--tag", ",".join(tags)] if tags else []
        found: list[dict[str, Any]] = json.loads(self.ask("snapshots", "--no-lock", "--json", *wanted).output or "[]") or []
        return sorted(found, key=lambda one: times.of_restic(one["time"]))

    def unlock(self) -> None:
        """Locks of runs that died. Those of runs that go on stay."""
        self.ask("unlock", "--quiet")


def environment(config: Config, prune: bool) -> dict[str, str]:
    """UTC: days and months begin at the same moment for whoever saves and whoever prunes."""
    access, secret = ("prune_access_key", "prune_secret_key") if prune else ("access_key", "secret_key")
    found = {"PATH": os.environ.get("PATH", "/usr/sbin:/usr/bin:/sbin:/bin"), "HOME": "/root", "LANG": "C.UTF-8", "TZ": "UTC"}
    found |= {
        "RESTIC_REPOSITORY": config["repository"],
        "RESTIC_PASSWORD": config["password"],
        "RESTIC_CACHE_DIR": "/var/cache/echodiary/restic",
    }
    found |= {"RESTIC_PROGRESS_FPS": "0.016"}
    if config["ca_certificate"]:
        found["RESTIC_CACERT"] = config["ca_certificate"]
    if config[access]:  # type: ignore[literal-required]
        found |= {"AWS_ACCESS_KEY_ID": config[access], "AWS_SECRET_ACCESS_KEY": config[secret]}  # type: ignore[literal-required]
    return found


def reachable(repository: str, again: str) -> None:
    """Said at once: restic would try for a quarter of an hour."""
    kind, _, rest = repository.partition(":")
    if kind != "s3":
        return
    url = urlsplit(rest if "//" in rest else f"https://{rest}")
    port = url.port or (80 if url.scheme == "http" else 443)
    try:
        socket.create_connection((url.hostname or "", port), timeout=_CONNECT).close()
    except OSError as error:
        raise BackupError(failures.unreachable(repository, error.strerror or str(error), again)) from error


def _follow(process: subprocess.Popen[bytes], said: list[str], quiet: bool) -> None:
    for raw in process.stderr or ():
        line = raw.decode(errors="replace").rstrip()
        if '"message_type":"status"' in line:
            continue
        said.append(line)
        del said[:-_TAIL]
        if not quiet and not line.startswith("{"):
            print(line, file=sys.stderr, flush=True)
        if line.startswith("subprocess") or process.poll() is not None:
            continue
        if failures.hopeless(line) or failures.exhausted(said):
            process.send_signal(signal.SIGINT)
