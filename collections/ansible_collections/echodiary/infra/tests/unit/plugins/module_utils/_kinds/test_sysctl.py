# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._kinds import model, sysctl
from ansible_collections.echodiary.infra.plugins.module_utils._kinds.model import Applied

#: of test_removal
EXAMPLE = ("k", {"k": "1"}, sysctl.Live("1", "1"), "0")

KEY = "net.core.somaxconn"


def live(running: str | None, persisted: str | None) -> dict[str, sysctl.Live]:
    return {KEY: sysctl.Live(running, persisted)}


@pytest.mark.parametrize(
    ("running", "persisted", "last", "fields", "origin"),
    [
        ("128", None, None, {"running": ["128", "4096"], "persisted": [None, "4096"]}, "pending"),
        ("4096", None, None, {"persisted": [None, "4096"]}, "pending"),
        ("128", "4096", "4096", {"running": ["128", "4096"]}, "corrective"),
        ("4096", None, "4096", {"persisted": [None, "4096"]}, "corrective"),
        ("128", "128", "128", {"running": ["128", "4096"], "persisted": ["128", "4096"]}, "pending"),
        ("1", "128", "128", {"running": ["1", "4096"], "persisted": ["128", "4096"]}, "conflict"),
    ],
)
def test_running_and_persisted_both_count(running: str, persisted: str | None, last: str | None, fields: dict, origin: str) -> None:
    (change,) = sysctl.plan({KEY: "4096"}, live(running, persisted), Applied({KEY: last} if last else {}))
    assert (str(change.resource), change.fields, change.origin) == (f"sysctl:{KEY}", fields, origin)


def test_white_space_is_no_difference() -> None:
    seen = {"net.ipv4.tcp_rmem": sysctl.Live(sysctl.normal("4096\t87380\t1\n"), "4096 87380 1")}
    assert sysctl.plan({"net.ipv4.tcp_rmem": "4096  87380 1"}, seen, Applied()) == []


def test_a_parameter_this_kernel_does_not_have() -> None:
    with pytest.raises(model.ConvergeError, match=r"net\.core\.somaxconn.*no such parameter"):
        sysctl.plan({KEY: "1"}, live(None, None), Applied())


def test_reads_both_sides(tmp_path: Path) -> None:
    (tmp_path / "net/core").mkdir(parents=True)
    (tmp_path / "net/core/somaxconn").write_text("4096\n")
    (tmp_path / "file").write_text(f"# {KEY} = 1\n; other=2\n{KEY} = 128\nbroken\n")
    assert sysctl.observe([KEY], str(tmp_path), str(tmp_path / "file")) == live("4096", "128")
    assert sysctl.observe([KEY], str(tmp_path), str(tmp_path / "absent")) == live("4096", None)
    assert sysctl.observe(["no.such"], str(tmp_path), str(tmp_path / "file"))["no.such"].running is None
