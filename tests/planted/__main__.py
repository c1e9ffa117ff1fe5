# SPDX-License-Identifier: GPL-3.0-or-later
"""Plants one fault after the other in a copy of the checkout, and runs the test that is to find it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.pipelines import repository
from tests.planted import faults

FAILED = 1
TIMEOUT = 300


def found(checkout: Path, fault: faults.Fault) -> bool:
    """Whether the test fails for it; a test that cannot be run finds nothing."""
    file = checkout / fault.file
    text = file.read_text(encoding="utf-8")
    file.write_text(fault.planted(text), encoding="utf-8")
    try:
        return _run(checkout, fault.test) == FAILED
    finally:
        file.write_text(text, encoding="utf-8")


def _run(checkout: Path, test: str) -> int:
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", test]
    # two files of one length written within a second share their bytecode
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, cwd=checkout, env=environment, capture_output=True, timeout=TIMEOUT, check=False).returncode


def main() -> int:
    missed = []
    with tempfile.TemporaryDirectory(prefix="planted-") as place:
        checkout = repository.copy(Path(place)).path
        for fault in faults.known():
            well = found(checkout, fault)
            missed += [] if well else [fault.subject]
            print(f"{fault.subject:<24} {'found' if well else 'MISSED'}  {fault.test.partition('::')[2]}", flush=True)
    print(f"{len(faults.known()) - len(missed)} of {len(faults.known())} found" + (f"; look at: {', '.join(missed)}" if missed else ""))
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
