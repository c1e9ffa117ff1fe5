# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands in a container by one process that stays there: ``docker exec`` for each would cost a tenth of a second of a processor."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Sequence

#: that code of a test's own may take
SECONDS = 60
#: waits for the command alone, as ``docker exec`` does: what it leaves running in the background may hold its output open
_THERE = """
import json, os, signal, subprocess, sys, tempfile
os.environ.pop("LC_CTYPE", None)  # this Python's own doing
known = {}
def forked(code, before, words, seconds, out, err):
    if before not in known:
        known[before] = {"__name__": "before"}
        exec(before, known[before])
    child = os.fork()
    if not child:
        signal.alarm(seconds)
        os.dup2(out.fileno(), 1); os.dup2(err.fileno(), 2); os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        sys.argv, sys.stdout, sys.stderr = ["-c", *words], open(1, "w", closefd=False), open(2, "w", closefd=False)
        status = 1
        try:
            exec(code, known[before])
            status = 0
        except BaseException:
            import traceback
            traceback.print_exc()
        sys.stdout.flush(); sys.stderr.flush()
        os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
for line in sys.stdin:
    given = json.loads(line)
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        if "code" in given:
            status = forked(given["code"], given["before"], given["words"], given["timeout"], out, err)
        else:
            try:
                done = subprocess.run(given["words"], stdin=subprocess.DEVNULL, stdout=out, stderr=err, timeout=given["timeout"])
                status = done.returncode
            except subprocess.TimeoutExpired:
                status = 124
        said = []
        for file in (out, err):
            file.seek(0)
            said.append(file.read().decode(errors="replace"))
    print(json.dumps([status, *said]), flush=True)
"""


class Session:
    """Of one container. Begins with the first command, and again after the container was stopped. While it is busy others go alone."""

    def __init__(self, container: str) -> None:
        self._container = container
        self._process: subprocess.Popen[str] | None = None
        self._lock = threading.Lock()

    def run(self, words: Sequence[str], timeout: float = 120) -> subprocess.CompletedProcess[str]:
        """A command that takes longer ends with 124."""
        if not self._lock.acquire(blocking=False):
            return _alone(self._container, words, timeout)
        try:
            return self._ask(words, {"words": list(words), "timeout": timeout})
        finally:
            self._lock.release()

    def python(self, before: str, code: str, words: Sequence[str]) -> subprocess.CompletedProcess[str]:
        """``before`` (imports) is done once and stays; ``code`` runs in a process of its own, with ``words`` as its arguments."""
        if not self._lock.acquire(blocking=False):
            return _alone(self._container, ["python3", "-c", before + code, *words], SECONDS)
        try:
            return self._ask(words, {"before": before, "code": code, "words": list(words), "timeout": SECONDS})
        finally:
            self._lock.release()

    def close(self) -> None:
        if self._process:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _ask(self, words: Sequence[str], request: dict[str, object]) -> subprocess.CompletedProcess[str]:
        process = self._living()
        assert process.stdin and process.stdout
        process.stdin.write(json.dumps(request) + "\n")
        process.stdin.flush()
        answer = process.stdout.readline()
        # the container was stopped by the command itself, or by somebody meanwhile
        status, out, err = json.loads(answer) if answer else (137, "", f"{self._container} was stopped")
        return subprocess.CompletedProcess(words, status, out, err)

    def _living(self) -> subprocess.Popen[str]:
        if self._process is None or self._process.poll() is not None:
            command = ["docker", "exec", "-i", self._container, "python3", "-c", _THERE]
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return self._process


def _alone(container: str, words: Sequence[str], timeout: float) -> subprocess.CompletedProcess[str]:
    command = ["docker", "exec", "-i", container, "timeout", str(timeout), *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout + 30, check=False)
