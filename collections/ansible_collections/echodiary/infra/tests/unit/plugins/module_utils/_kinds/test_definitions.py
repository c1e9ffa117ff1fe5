# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._host import dpkg
from ansible_collections.echodiary.infra.plugins.module_utils._kinds import definitions, units
from ansible_collections.echodiary.infra.tests.unit.plugins.module_utils._converge.builders import unit

NAME = "x.service"
LATER = 4_000_000_000.0


@pytest.mark.parametrize(
    ("name", "folders"),
    [
        ("x.service", ["service.d", "x.service.d"]),
        ("a-b-c.timer", ["timer.d", "a-.timer.d", "a-b-.timer.d", "a-b-c.timer.d"]),
        ("getty@tty1.service", ["service.d", "getty@.service.d", "getty@tty1.service.d"]),
    ],
)
def test_where_drop_ins_of_a_unit_lie(name: str, folders: list[str]) -> None:
    assert definitions.folders_of(name) == folders


class Place:
    """Directories as systemd has them, of which a package brought the one unit and its environment file."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.etc, self.control, self.usr = (str(root / one) for one in ("etc", "control", "usr"))
        for folder in (self.etc, self.control, self.usr):
            os.mkdir(folder)
        self.fragment = self.write(f"{self.usr}/{NAME}", "[Service]\nExecStart=/bin/x\n")
        self.brought: dict[str, bool | None] = {self.fragment: True}
        self.declared: set[str] = set()
        self.allowed: set[str] = set()
        monkeypatch.setattr(definitions, "ADMINS", (self.control, self.etc))
        monkeypatch.setattr(definitions, "CONTROL", (self.control,))
        monkeypatch.setattr(definitions, "VENDORS", (self.usr,))
        monkeypatch.setattr(dpkg, "untouched", lambda path: self.brought.get(path))
        monkeypatch.setattr(dpkg, "conffiles", lambda: {"/etc/default/x": ""})
        monkeypatch.setattr(dpkg, "owner", lambda _path: "x")
        monkeypatch.setattr(dpkg, "placed", lambda _path, _changed: False)

    def write(self, path: str, text: str = "[Service]\n") -> str:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        Path(path).write_text(text)
        return path

    def look(self, verified: float = 0.0, **given: Any) -> definitions.Definition:
        shown = unit(**{"fragment": self.fragment, "started_at": LATER, **given})
        return definitions.observe({NAME: shown}, self.declared.__contains__, self.allowed.__contains__, {NAME: verified})[NAME]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    return Place(tmp_path, monkeypatch)


def test_what_a_package_brought_and_we_declared_is_no_stranger(place: Place) -> None:
    ours = place.write(f"{place.etc}/{NAME}.d/ours.conf")
    place.declared.add(ours)
    found = place.look(drop_ins=(ours,))
    assert (found.strangers, found.altered, found.began_with) == ((), {}, "")
    assert found.digest and found.newest and set(found.touched) == {place.fragment, ours, f"{place.etc}/{NAME}.d"}


@pytest.mark.parametrize("folder", [f"{NAME}.d", "service.d"])
@pytest.mark.parametrize("read", [True, False])
def test_a_drop_in_of_nobody_is_a_stranger_whether_systemd_read_it_or_not(place: Place, folder: str, read: bool) -> None:
    clean = place.look()
    hand = place.write(f"{place.etc}/{folder}/hand.conf")
    found = place.look(drop_ins=(hand,) if read else ())
    assert found.strangers == (hand,)
    assert found.digest == clean.digest, "what does not belong to it changes nothing of what does"
    assert found.began_with == (hand if read else "")


def test_a_process_older_than_the_stranger_did_not_begin_with_it(place: Place) -> None:
    hand = place.write(f"{place.etc}/{NAME}.d/hand.conf")
    assert place.look(drop_ins=(hand,), started_at=1000.0).began_with == ""


def test_what_systemd_has_read_and_is_gone_may_have_been_begun_with(place: Place) -> None:
    assert place.look(drop_ins=(f"{place.etc}/{NAME}.d/was.conf",)).began_with == f"{place.etc}/{NAME}.d/was.conf"


def test_what_set_property_wrote_binds_at_once(place: Place) -> None:
    hand = place.write(f"{place.control}/{NAME}.d/50-MemoryMax.conf")
    assert place.look(drop_ins=(hand,), started_at=1000.0).bound_by == hand


def test_another_unit_file_over_the_packages_is_a_stranger(place: Place) -> None:
    hand = place.write(f"{place.etc}/{NAME}")
    assert place.look(fragment=hand).strangers == (hand,)


@pytest.mark.parametrize("altered", [True, False])
def test_what_people_let_be_is_neither_told_nor_counted(place: Place, altered: bool) -> None:
    hand = place.write(f"{place.etc}/{NAME}.d/hand.conf")
    place.brought[hand] = False if altered else None
    place.allowed.add(hand)
    found = place.look(drop_ins=(hand,))
    assert (found.strangers, found.altered, found.began_with) == ((), {}, "")
    assert found.digest == "", "nobody is asked to start anew because of it"


def test_somebodys_own_unit_that_hides_nothing_is_none(place: Place) -> None:
    os.unlink(place.fragment)
    own = place.write(f"{place.etc}/{NAME}")
    assert place.look(fragment=own).strangers == ()


def test_a_link_to_what_the_package_brought_is_none(place: Place) -> None:
    os.symlink(place.fragment, f"{place.etc}/{NAME}")
    assert place.look().strangers == ()


def test_what_the_package_brought_otherwise_is_told_with_the_command_that_brings_it_again(place: Place) -> None:
    place.brought[place.fragment] = False
    found = place.look()
    assert found.altered == {place.fragment: "apt-get install --reinstall x"}
    assert (found.digest, found.newest) == ("", 0.0)


def test_what_was_seen_as_it_was_brought_is_not_looked_up_again(place: Place) -> None:
    recorded = place.look().newest
    place.brought[place.fragment] = False
    assert place.look(verified=recorded).altered == {}


def test_a_masked_unit_has_no_definition() -> None:
    assert definitions.observe({NAME: unit(load="masked"), "y.service": units.MISSING}, lambda _path: False, lambda _path: False, {}) == {}


@pytest.fixture
def environment(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(definitions, "_environment", lambda shown, _sound: list(shown.environment_files))
    return place.write(str(tmp_path / "default"), "A=1\n")


@pytest.mark.parametrize(
    ("brought", "strangers", "altered"),
    [(True, False, False), (None, True, False), (False, False, True)],
)
def test_environment_files(place: Place, environment: str, brought: bool | None, strangers: bool, altered: bool) -> None:
    place.brought[environment] = brought
    found = place.look(environment_files=(environment,))
    assert (bool(found.strangers), bool(found.altered)) == (strangers, altered)
    assert found.began_with == (environment if strangers else "")


def sound(*texts: str) -> list[definitions.Piece]:
    return [definitions.Piece(f"/etc/systemd/system/{number}.conf", 1.0, text.encode(), False) for number, text in enumerate(texts)]


@pytest.mark.parametrize(
    ("fragment", "texts", "file", "judged"),
    [
        ("/usr/lib/systemd/system/x.service", (), "/etc/default/x", True),
        # who declares a drop-in that names it has chosen it
        ("/usr/lib/systemd/system/x.service", ("EnvironmentFile=/etc/default/x",), "/etc/default/x", False),
        ("/etc/systemd/system/x.service", (), "/etc/default/x", False),
        ("/usr/lib/systemd/system/x.service", (), "/run/x.env", False),
        ("/usr/lib/systemd/system/x.service", (), "/etc/environment", False),
    ],
)
def test_which_environment_files_are_judged(fragment: str, texts: tuple[str, ...], file: str, judged: bool) -> None:
    shown = unit(fragment=fragment, environment_files=(file,))
    assert definitions._environment(shown, sound(*texts)) == ([file] if judged else [])
