# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

PROGRAM = Path(__file__).parents[4] / "roles/cloudwatch_agent/tree/usr/local/lib/echodiary/cloudwatch-agent-package"


def test_a_package_that_cannot_be_had_is_one_line(tmp_path: Path) -> None:
    url = f"file://{tmp_path}/missing.deb"
    one = {"url": url, "sha256": "0" * 64}
    (tmp_path / "packages.json").write_text(json.dumps({"amd64": one, "arm64": one}))
    done = subprocess.run([sys.executable, "-IB", str(PROGRAM), str(tmp_path / "packages.json")], capture_output=True, text=True)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "missing.deb" in done.stderr and "cloudwatch_agent_packages" in done.stderr
