# SPDX-License-Identifier: GPL-3.0-or-later
"""The check of workflows that lint runs finds what is planted in a workflow, each by the tool that is there for it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
GOOD = """---
name: Good
"on":
  pull_request:
permissions: {}
jobs:
  one:
    name: One
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    permissions:
      contents: read
    steps:
      - uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0
        with:
          persist-credentials: false
      - name: Say hello
        env:
          TITLE: ${{ github.event.pull_request.title }}
        run: echo "$TITLE"
"""


def check(place: Path, text: str) -> subprocess.CompletedProcess[str]:
    workflow = place / "workflows/planted.yml"
    workflow.parent.mkdir(exist_ok=True)
    workflow.write_text(text)
    return subprocess.run([str(ROOT / ".ci/workflows"), str(place)], capture_output=True, text=True, timeout=120, check=False)


def test_a_good_workflow_passes(tmp_path: Path) -> None:
    done = check(tmp_path, GOOD)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0", "@v5", "unpinned-uses"),
        ('echo "$TITLE"', 'echo "${{ github.event.pull_request.title }}"', "template-injection"),
        ("permissions: {}", "permissions: write-all", "excessive-permissions"),
        ("permissions:\n      contents: read", "permissions: write-all", "excessive-permissions"),
        ("pull_request:", "pull_request_target:", "dangerous-triggers"),
        ('echo "$TITLE"', "cd $TITLE && rm -rf $TITLE/", "SC2086"),
        ('echo "$TITLE"', "if [ x; then echo y", "SC1"),
        ("runs-on: ubuntu-24.04", "run-on: ubuntu-24.04", "'run-on'"),
        ("timeout-minutes: 5", "timeout-minutes: soon", "timeout-minutes"),
    ],
)
def test_what_is_planted_is_found(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in GOOD
    done = check(tmp_path, GOOD.replace(old, new))
    assert done.returncode == 1
    assert said in done.stdout + done.stderr, done.stdout + done.stderr


def test_lint_runs_this_check_on_all_workflows() -> None:
    assert 'check "workflows" .ci/workflows\n' in (ROOT / ".ci/lint").read_text()
    assert sorted(path.suffix for path in (ROOT / ".github/workflows").iterdir()) == [".yml"] * len(
        list((ROOT / ".github/workflows").iterdir())
    )


@pytest.mark.parametrize("workflow", sorted((ROOT / ".github/workflows").glob("*.yml")), ids=lambda path: path.stem)
def test_every_job_ends_and_says_what_it_may(workflow: Path) -> None:
    data = yaml.safe_load(workflow.read_text(encoding="utf-8"))
    assert data["permissions"] == {}, "every job says for itself what it may"
    for name, job in data["jobs"].items():
        assert "permissions" in job, name
        assert "uses" in job or job["timeout-minutes"] <= 60, name


@pytest.mark.parametrize("workflow", sorted((ROOT / ".github/workflows").glob("*.yml")), ids=lambda path: path.stem)
def test_steps_call_what_is_tested(workflow: Path) -> None:
    """One command each, of the Makefile or .ci; no programs in YAML."""
    for job in yaml.safe_load(workflow.read_text(encoding="utf-8"))["jobs"].values():
        for step in job.get("steps", []):
            if "run" in step:
                assert step["run"].split()[0].startswith(("make", ".ci/", "echo", "test")), step
                assert len(step["run"].strip().splitlines()) == 1, step
                assert "${{" not in step["run"], step
