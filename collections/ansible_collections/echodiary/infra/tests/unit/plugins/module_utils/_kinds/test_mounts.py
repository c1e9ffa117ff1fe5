# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._kinds import mounts
from ansible_collections.echodiary.infra.plugins.module_utils._kinds.model import Applied, ConvergeError

PATH = "/srv/data"


def mount(**given: Any) -> Any:
    return {"source": "UUID=u-1", "fstype": "ext4", "options": "noatime,nofail", "dump": 0, "passno": 2, "state": "mounted", **given}


def mounted(*names: str, fstype: str = "ext4", options: str = "rw,noatime", **given: Any) -> mounts.Mounted:
    return mounts.Mounted(names or ("/dev/vdb", "UUID=u-1", "LABEL=data"), fstype, frozenset(options.split(",")), **given)


def live(listed: dict[str, Any] | None = None, on: mounts.Mounted | None = None, hidden: str = "", **line: Any) -> mounts.Live:
    """``listed`` as declared where nothing is said."""
    return mounts.Live({**mount(state="present"), **line} if listed is None else listed or None, on, hidden)  # type: ignore[typeddict-item, arg-type]


NOTHING: Any = {}
GOOD = live(on=mounted())

#: of test_removal
EXAMPLE = (PATH, {PATH: mount()}, GOOD)


def plan(want: dict[str, Any], seen: mounts.Live, last: dict[str, Any] | None = None) -> list:
    return mounts.plan({PATH: mount(**want)}, {PATH: seen}, Applied({PATH: last} if last else {}))


def fields(want: dict[str, Any], seen: mounts.Live) -> dict[str, Any]:
    return {field: pair for change in plan(want, seen) for field, pair in change.fields.items()}


def states(changes: list, **want: Any) -> list[str]:
    return [str(call.args.get("state", call.module)) for call in mounts.delegate(changes, {PATH: mount(**want)}, "apt")]


RELOAD = "ansible.builtin.systemd_service"


@pytest.mark.parametrize(
    ("want", "seen", "expected", "calls"),
    [
        ({}, GOOD, {}, []),
        ({"source": "LABEL=data"}, live(on=mounted(), source="LABEL=data"), {}, []),
        ({}, live(NOTHING), {"fstab": [None, "UUID=u-1 ext4 noatime,nofail 0 2"], "mounted": [False, True]}, ["mounted", RELOAD]),
        ({}, live(NOTHING, mounted()), {"fstab": [None, "UUID=u-1 ext4 noatime,nofail 0 2"]}, ["present", RELOAD]),
        ({}, live(), {"mounted": [False, True]}, ["mounted"]),
        ({}, live(on=mounted(), options="nofail"), {"fstab options": ["nofail", "noatime,nofail"]}, ["present", "remounted", RELOAD]),
        ({}, live(on=mounted(), options="nofail,noatime"), {}, []),
        ({}, live(on=mounted(), passno=0), {"fstab passno": [0, 2]}, ["present", RELOAD]),
        ({}, live(on=mounted("/dev/vdc", "UUID=u-2")), {"mounted source": ["/dev/vdc", "UUID=u-1"]}, ["unmounted", "mounted"]),
        ({}, live(on=mounted(fstype="xfs")), {"mounted fstype": ["xfs", "ext4"]}, ["unmounted", "mounted"]),
        ({}, live(on=mounted(options="rw,relatime")), {"options in force": ["relatime,rw", "noatime"]}, ["remounted"]),
        ({}, live(on=mounted(options="ro,noatime")), {"options in force": ["noatime,ro", "rw"]}, ["remounted"]),
        ({"state": "present"}, live(), {}, []),
        ({"state": "present"}, live(NOTHING), {"fstab": [None, "UUID=u-1 ext4 noatime,nofail 0 2"]}, ["present", RELOAD]),
    ],
)
def test_fstab_and_the_kernel_both_count(want: dict[str, Any], seen: mounts.Live, expected: dict, calls: list[str]) -> None:
    assert fields(want, seen) == expected
    assert states(plan(want, seen), **want) == calls


@pytest.mark.parametrize(
    ("asked", "shown", "missing"),
    [
        ("defaults", "rw,relatime", ""),
        ("ro", "ro", ""),
        ("ro", "rw", "ro"),
        ("defaults", "rw,nosuid,noexec", "suid,exec"),
        ("nosuid,noexec", "rw,nosuid", "noexec"),
        ("noexec,exec", "rw", ""),
        ("user", "rw,noexec,nosuid,nodev", ""),
        ("user,exec", "rw,nosuid,nodev", ""),
        ("size=64m,mode=0755", "rw,size=65536k,mode=755", ""),
        ("size=64m", "rw,size=32768k", "size=64m"),
        ("size=50%,uid=backup,mode=700", "rw,size=1k,uid=9", ""),
        ("errors=remount-ro,data=ordered,nofail,x-systemd.automount,vers=4,rsize=1", "rw,errors=remount-ro,vers=4.2,rsize=2", ""),
        ("subvol=@data", "rw,subvol=/@data", ""),
        ("discard", "rw", "discard"),
    ],
)
def test_options_that_were_asked_for_and_are_not_in_force(asked: str, shown: str, missing: str) -> None:
    found = fields({"options": asked}, live(on=mounted(options=shown), options=asked))
    assert found.get("options in force", ["", ""])[1] == missing


@pytest.mark.parametrize(
    ("options", "seen"),
    [
        ("bind", mounted("/srv/a", options="rw,nosuid", bind=True)),
        ("defaults", mounted("/srv/a", fstype="fuse.sshfs", options="rw,nosuid,nodev")),
        ("defaults", mounted("/srv/a", fstype="squashfs", options="ro")),
    ],
)
def test_what_a_mount_has_from_elsewhere_is_no_drift(options: str, seen: mounts.Mounted) -> None:
    want = {"source": "/srv/a", "options": options, "fstype": seen.fstype}
    assert fields(want, live(on=seen, **want)) == {}


@pytest.mark.parametrize(
    ("want", "seen", "last", "origin"),
    [
        ({}, live(), {}, "corrective"),
        ({}, live(on=mounted(options="rw")), {}, "corrective"),
        ({"options": "nofail"}, GOOD, {}, "pending"),
        ({"options": "nofail"}, live(), {}, "conflict"),
        ({}, live(), None, "pending"),
    ],
)
def test_who_moved(want: dict[str, Any], seen: mounts.Live, last: dict[str, Any] | None, origin: str) -> None:
    (change,) = plan(want, seen, None if last is None else mount(**last))
    assert change.origin == origin


def test_nothing_is_mounted_over_files() -> None:
    with pytest.raises(ConvergeError, match=r"hide /srv/data/a; nothing was touched.*: mv /srv/data /srv/data\.unmounted"):
        plan({}, live(hidden="/srv/data/a"))
    assert fields({"state": "present"}, live(hidden="/srv/data/a")) == {}


def test_what_memory_alone_holds_is_not_unmounted_for_something_else() -> None:
    with pytest.raises(ConvergeError, match=r"nothing was touched.*umount /srv/data"):
        plan({}, live(on=mounted("tmpfs", fstype="tmpfs", options="rw,noatime", full=True)))


def test_an_option_that_cannot_be_changed_unmounts_nothing() -> None:
    """The module unmounts where it has no options to remount with, or has fstab to compare with."""
    for options in ("defaults", "noatime"):
        want = {"options": options}
        seen = live(on=mounted(options="ro,relatime"), options="nofail")
        assert not {"mounted", "unmounted"} & set(states(plan(want, seen), **want))
        called = [call.args for call in mounts.delegate(plan(want, seen), {PATH: mount(**want)}, "apt")]
        assert [args["opts"] for args in called if args.get("state") == "remounted"] == ["rw" if options == "defaults" else "noatime"]


# -- not declared any more ---------------------------------------------------------------------------------------------

ONLY_LISTED = mount(source="/dev/old", state="present")
ONLY_MOUNTED = mount(source="/dev/vdb", options="rw", passno=0, state="ephemeral")


@pytest.mark.parametrize(
    ("seen", "more", "action", "calls"),
    [
        (GOOD, {"before": {PATH: None}}, "remove", ["unmounted", "absent_from_fstab", RELOAD]),
        (live(), {"before": {PATH: None}}, "remove", ["absent_from_fstab", RELOAD]),
        (live(NOTHING, mounted()), {"before": {PATH: None}}, "remove", ["unmounted"]),
        (live(NOTHING), {"before": {PATH: None}}, "", []),
        (GOOD, {}, "report", []),
        (GOOD, {"prune": True}, "remove", ["unmounted", "absent_from_fstab", RELOAD]),
        # somebody has put something else in its place
        (live(source="/dev/other", on=mounted("/dev/other")), {"before": {PATH: None}}, "", []),
        # in memory alone
        (live(on=mounted(fstype="tmpfs", full=True)), {"before": {PATH: None}}, "report", []),
        (live(on=mounted(fstype="tmpfs", full=True)), {"before": {PATH: None}, "prune": True}, "remove",
         ["unmounted", "absent_from_fstab", RELOAD]),
        # from before us
        (GOOD, {"before": {PATH: mount()}}, "", []),
        (GOOD, {"before": {PATH: mount(options="defaults")}}, "restore", ["present", "remounted", RELOAD]),
        (GOOD, {"before": {PATH: ONLY_LISTED}}, "restore", ["unmounted", "present", RELOAD]),
        (GOOD, {"before": {PATH: ONLY_MOUNTED}}, "restore", ["absent_from_fstab", RELOAD]),
        (live(on=mounted(options="ro,noatime")), {"before": {PATH: mount(options="defaults")}}, "", []),
    ],
)  # fmt: skip
def test_one_of_ours_goes_and_one_from_before_us_is_as_it_was(seen: mounts.Live, more: dict, action: str, calls: list[str]) -> None:
    changes = mounts.plan({}, {PATH: seen}, Applied({PATH: mount()}, **more))
    assert [change.action for change in changes] == ([action] if action else [])
    told = [change for change in changes if change.action != "report"]
    assert [str(call.args.get("state", call.module)) for call in mounts.delegate(told, {}, "apt")] == calls


def test_its_old_line_comes_back_whole() -> None:
    before = mount(source="/dev/old", options="defaults", dump=1, passno=0)
    changes = mounts.plan({}, {PATH: GOOD}, Applied({PATH: mount()}, {PATH: before}))
    made = [call.args for call in mounts.delegate(changes, {}, "apt") if call.args.get("state") == "mounted"]
    assert made == [{"path": PATH, "src": "/dev/old", "fstype": "ext4", "opts": "defaults", "dump": "1", "passno": "0", "state": "mounted"}]


def test_what_lies_in_another_is_mounted_after_it_and_unmounted_before_it() -> None:
    both = {"/srv/data/in": mount(source="LABEL=in"), PATH: mount()}
    assert [change.name for change in mounts.plan(both, {}, Applied())] == [PATH, "/srv/data/in"]


def test_a_busy_mount_is_an_error_that_says_how_to_find_who_uses_it() -> None:
    changes = mounts.plan({}, {PATH: GOOD}, Applied({PATH: mount()}, {PATH: None}))
    unmount = next(mounts.delegate(changes, {}, "apt"))
    assert "sudo find /proc -maxdepth 3 -lname '/srv/data*'" in unmount.next_step


@pytest.mark.parametrize(
    ("path", "given", "words"),
    [
        ("srv", {}, "absolute"),
        ("/", {}, "absolute"),
        ("/srv/../x", {}, "plain"),
        ("/srv/a b", {}, "blanks"),
        (PATH, {"source": ""}, "source"),
        (PATH, {"source": "LABEL=a b"}, "source"),
        (PATH, {"options": "noatime, nofail"}, "options"),
        (PATH, {"fstype": "swap"}, "swap"),
        (PATH, {"options": "bind", "source": "UUID=u"}, "bind"),
        (PATH, {"passno": -1}, "passno"),
    ],
)
def test_what_no_mount_can_be(path: str, given: dict[str, Any], words: str) -> None:
    with pytest.raises(ConvergeError, match=r"^mounts ") as caught:
        mounts.checked({path: mount(**given)})
    assert words in str(caught.value)


# -- read --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def host(tmp_path: Path) -> Path:
    """A device with its names, two mounts of it, and a bind mount in a path with a blank."""
    disk = tmp_path / "dev/disk"
    for directory, name in (("by-uuid", "u-1"), ("by-label", r"my\x20data"), ("by-id", "nvme-1")):
        (disk / directory).mkdir(parents=True)
        (disk / directory / name).symlink_to("../../vdb")
    (tmp_path / "dev/vdb").touch()
    (tmp_path / "a").mkdir()
    device = f"{tmp_path}/dev/vdb"
    (tmp_path / "mountinfo").write_text(
        f"1 0 8:1 / {tmp_path}/root rw,relatime - ext4 /dev/vda rw\n"
        f"2 1 8:2 / {tmp_path}/a rw,noatime shared:1 master:2 - ext4 {device} rw,errors=remount-ro\n"
        f"3 1 8:2 /in {tmp_path}/b\\040c ro - ext4 {device} rw\n"
        f"4 1 0:9 / {tmp_path}/t rw - tmpfs none rw,size=64k\n"
    )
    (tmp_path / "fstab").write_text(
        f"# comment\n\nUUID=u-1 {tmp_path}/a/ ext4 noatime\nLABEL=my\\040data {tmp_path}/b\\040c none bind 0 2\n"
    )
    return tmp_path


def seen(host: Path, name: str) -> mounts.Live:
    path = f"{host}/{name}"
    return mounts.observe([path], f"{host}/fstab", f"{host}/mountinfo", f"{host}/dev")[path]


def test_a_device_goes_by_all_its_names(host: Path) -> None:
    found = seen(host, "a").mounted
    assert found
    assert {f"{host}/dev/vdb", "UUID=u-1", "LABEL=my data", "ID=nvme-1", f"{host}/dev/disk/by-uuid/u-1"} <= set(found.names)
    assert (found.names[0], found.fstype, found.bind) == (f"{host}/dev/vdb", "ext4", False)
    assert {"noatime", "errors=remount-ro", "rw"} <= found.options


def test_a_bind_mount_goes_by_its_directory(host: Path) -> None:
    found = seen(host, "b c").mounted
    assert found
    assert (found.names[0], found.bind) == (f"{host}/a/in", True)
    assert "ro" in found.options and "rw" not in found.options, "read-only for one reason is read-only"


def test_a_line_of_fstab(host: Path) -> None:
    assert seen(host, "a").listed == mount(options="noatime", passno=0, state="present")
    assert seen(host, "b c").listed == mount(source="LABEL=my data", fstype="none", options="bind", state="present")
    assert seen(host, "x") == mounts.Live()
    assert mounts.observe([PATH], f"{host}/absent", f"{host}/absent")[PATH] == mounts.Live()


def test_files_that_a_mount_would_hide_or_lose(host: Path) -> None:
    (host / "x/empty").mkdir(parents=True)
    assert seen(host, "x").hidden == ""
    (host / "x/empty/file").touch()
    assert seen(host, "x").hidden == f"{host}/x/empty/file"
    (host / "t").mkdir()
    assert not seen(host, "t").mounted.full  # type: ignore[union-attr]
    (host / "t/file").touch()
    assert seen(host, "t").mounted.full  # type: ignore[union-attr]
    assert seen(host, "t").hidden == ""


def test_what_had_been_there_is_kept_whole(host: Path) -> None:
    want = mount()
    assert mounts.found(want, seen(host, "a")) == mount(options="noatime", passno=0)
    assert mounts.found(want, seen(host, "x")) is None
    assert mounts.found(want, seen(host, "t")) == {
        "source": "none", "fstype": "tmpfs", "options": "rw,size=64k", "dump": 0, "passno": 0, "state": "ephemeral",
    }  # fmt: skip
    bound = mounts.found(want, mounts.Live(None, seen(host, "b c").mounted))
    assert bound and (bound["source"], bound["fstype"], bound["options"]) == (f"{host}/a/in", "none", "bind,ro")


def test_the_mounts_of_this_machine_are_read() -> None:
    assert mounts.observe(["/"])["/"].mounted
