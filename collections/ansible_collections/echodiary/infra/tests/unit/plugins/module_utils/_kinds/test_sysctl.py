# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._host import dpkg
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


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("net.core.somaxconn", KEY),
        ("net/core/somaxconn", KEY),
        ("net/ipv4/conf/eth0.5/forwarding", "net.ipv4.conf.eth0/5.forwarding"),
        ("net.ipv4.conf.eth0/5.forwarding", "net.ipv4.conf.eth0/5.forwarding"),
    ],
)
def test_both_ways_to_write_a_name(written: str, key: str) -> None:
    assert sysctl.named(written) == key


class Folders:
    """``/etc/sysctl.d`` and ``/usr/lib/sysctl.d`` of a test."""

    def __init__(self, root: Path) -> None:
        self.root, self.etc, self.usr = root, root / "etc", root / "usr"
        (root / "net/core").mkdir(parents=True)
        (root / "net/core/somaxconn").write_text("4096\n")
        self.etc.mkdir()
        self.usr.mkdir()
        self.own = str(self.etc / "90-ours.conf")
        Path(self.own).write_text(f"{KEY}=4096\n")

    def look(self) -> sysctl.Live:
        return sysctl.observe([KEY], str(self.root), self.own, (str(self.etc), str(self.usr)))[KEY]


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return Folders(tmp_path)


@pytest.mark.parametrize(
    ("place", "text", "boot"),
    [
        ("etc/99-hand.conf", f"{KEY} = 128", "128"),
        ("etc/99-hand.conf", "net/core/somaxconn=128", "128"),
        ("etc/99-hand.conf", f"-{KEY}=128", "128"),
        ("etc/99-hand.conf", f"{KEY}=1\n{KEY}=128\n", "128"),
        ("usr/99-brought.conf", f"{KEY}=128", "128"),
        # earlier by its name, whatever its directory
        ("etc/10-hand.conf", f"{KEY}=128", "4096"),
        ("usr/10-brought.conf", f"{KEY}=128", "4096"),
        # hidden by ours
        ("usr/90-ours.conf", f"{KEY}=128", "4096"),
        # what names the parameter counts before what has a pattern
        ("etc/99-hand.conf", "net.core.*=128", "4096"),
        ("etc/99-hand.conf", f"# {KEY}=128\n; {KEY}=128\n-{KEY}", "4096"),
        ("etc/99-hand", f"{KEY}=128", "4096"),
    ],
)
def test_what_the_next_boot_sets(folders: Folders, place: str, text: str, boot: str) -> None:
    (folders.root / place).write_text(text)
    found = folders.look()
    assert (found.running, found.persisted, found.boot) == ("4096", "4096", boot)
    assert bool(found.later) == (boot == "128")


def test_a_file_that_leads_nowhere_hides_one_of_its_name(folders: Folders) -> None:
    (folders.usr / "99-brought.conf").write_text(f"{KEY}=128")
    (folders.etc / "99-brought.conf").symlink_to("/dev/null")
    assert folders.look().boot == "4096"


def changes(seen: sysctl.Live, last: str | None = "4096") -> list[model.Change]:
    return sysctl.plan({KEY: "4096"}, {KEY: seen}, Applied({KEY: last} if last else {}))


def line(value: str, file: str = "/etc/sysctl.d/99-hand.conf", written: str = "net/core/somaxconn") -> sysctl.Line:
    return sysctl.Line(file, written, KEY, value)


def test_a_later_line_of_somebodys_is_taken_away() -> None:
    (change,) = changes(sysctl.Live("4096", "4096", "128", (line("128"),)))
    assert (change.origin, change.fields) == (
        "corrective", {"boot": ["128", "4096"], "/etc/sysctl.d/99-hand.conf": ["net/core/somaxconn", None]},
    )  # fmt: skip
    (call,) = sysctl.delegate([change], {KEY: "4096"}, "apt")
    assert call.args == {"name": "net/core/somaxconn", "sysctl_file": "/etc/sysctl.d/99-hand.conf", "reload": False, "state": "absent"}


def test_a_packages_line_stays_and_ours_comes_after_it() -> None:
    brought = line("128", "/usr/lib/sysctl.d/99-brought.conf")._replace(brought=True)
    (change,) = changes(sysctl.Live("4096", "4096", "128", (brought,)), None)
    assert (change.origin, change.fields) == ("pending", {"boot": ["128", "4096"], sysctl.LAST: [None, "4096"]})
    (call,) = sysctl.delegate([change], {KEY: "4096"}, "apt")
    assert call.args == {"name": KEY, "value": "4096", "sysctl_file": sysctl.LAST, "reload": False, "state": "present"}


@pytest.mark.parametrize("untouched", [True, False, None])
def test_whose_a_later_line_is(folders: Folders, monkeypatch: pytest.MonkeyPatch, untouched: bool | None) -> None:
    monkeypatch.setattr(dpkg, "untouched", lambda _file: untouched)
    (folders.etc / "99-brought.conf").write_text(f"{KEY}=128")
    assert [line.brought for line in folders.look().later] == [bool(untouched)]


def test_a_later_line_that_says_the_same_is_nobodys_trouble() -> None:
    assert changes(sysctl.Live("4096", "4096", "4096", (line("128"), line("4096")))) == []


def test_what_we_wrote_last_of_all_goes_with_the_rest() -> None:
    seen = sysctl.Live("4096", "4096", "4096", (line("4096", sysctl.LAST, KEY),))
    (change,) = sysctl.plan({}, {KEY: seen}, Applied({KEY: "4096"}))
    assert change.fields == {"persisted": ["4096", None], sysctl.LAST: [KEY, None]}
    calls = list(sysctl.delegate([change], {}, "apt"))
    assert [(call.args["sysctl_file"], call.args["state"]) for call in calls] == [(sysctl.LAST, "absent"), (sysctl.FILE, "absent")]
