# SPDX-License-Identifier: GPL-3.0-or-later
"""A load beside a test: in a process of its own, so that neither slows the other down in one interpreter."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.load.result import Result
from tests.load.result import load as read

ROOT = Path(__file__).resolve().parents[2]
BEGUN = "sending"  # the first word of the first line
START_SECONDS = 30
END_SECONDS = 130  # more than the longest request may take


class Load:
    """One that runs. It ends by itself after its seconds, or when it is told to."""

    def __init__(self, folder: Path, arguments: Sequence[str]) -> None:
        self._json, self._log = folder / "result.json", folder / "log"
        self._result: Result | None = None
        command = [sys.executable, "-m", "tests.load", *arguments, "--json", str(self._json)]
        with self._log.open("w") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT)

    @property
    def output(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def begun(self) -> None:
        """Returns when requests are being sent."""
        deadline = time.monotonic() + START_SECONDS
        while not self.output.startswith(BEGUN):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"The load did not start: {self.output.strip()}")
            time.sleep(0.02)

    def stop(self) -> Result:
        """No new requests, then the answers to those under way, then the result. May be called again."""
        if self._result is None:
            if self.process.poll() is None:
                self.process.terminate()
            self._result = self.wait(END_SECONDS)
        return self._result

    def wait(self, seconds: float) -> Result:
        """The result, when the load has ended by itself."""
        self.process.wait(seconds)
        if not self._json.exists():
            raise RuntimeError(f"The load ended without a result: {self.output.strip()}")
        return read(self._json)

    def kill(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


@contextmanager
def running(*targets: str, seconds: float = 600, **options: object) -> Iterator[Load]:
    """`with running("http://172.30.77.11", rate=500) as load: …; result = load.stop()`. Options are those of the command line."""
    arguments = ["--targets", ",".join(targets), "--seconds", f"{seconds:g}"]
    for name, value in options.items():
        arguments += [f"--{name.replace('_', '-')}", str(value)]
    with tempfile.TemporaryDirectory(prefix="echodiary-load-") as folder:
        load = Load(Path(folder), arguments)
        try:
            load.begun()
            yield load
        finally:
            load.kill()
