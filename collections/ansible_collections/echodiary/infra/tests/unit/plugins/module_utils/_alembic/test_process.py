# SPDX-License-Identifier: GPL-3.0-or-later
"""Bounded, and nothing is left behind."""

from __future__ import annotations

import os
import sys
import time

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._alembic import process
from ansible_collections.echodiary.infra.plugins.module_utils._alembic.errors import AlembicError
from ansible_collections.echodiary.infra.plugins.module_utils._alembic.launch import Launch


def python(code: str) -> Launch:
    return Launch([sys.executable, "-c", code], None, "")


def test_a_document_in_and_an_answer_out() -> None:
    code = "import sys; print(sys.stdin.read().upper()); print('said', file=sys.stderr); sys.exit(3)"
    assert process.run(python(code), b"hello", {}, 20) == (3, "HELLO\n", "said\n")


def test_too_long_is_ended_with_its_children() -> None:
    child = "[sys.executable, '-c', 'import time; time.sleep(60)  # alembic-orphan']"
    code = f"import subprocess, sys, time; subprocess.Popen({child}); time.sleep(60)"
    began = time.monotonic()
    with pytest.raises(AlembicError, match="no end after 1 s"):
        process.run(python(code), b"", {}, 1)
    assert time.monotonic() - began < 15
    time.sleep(0.2)
    lines = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as handle:
                lines.append(handle.read())
        except OSError:
            continue
    assert not any(b"alembic-orphan" in line and b"subprocess" not in line for line in lines)


def test_what_is_not_there() -> None:
    with pytest.raises(AlembicError, match="/absent/python: No such file"):
        process.run(Launch(["/absent/python"], None, ""), b"", {}, 1)
    with pytest.raises(AlembicError, match="/absent/folder"):
        process.run(Launch([sys.executable], "/absent/folder", ""), b"", {}, 1)
