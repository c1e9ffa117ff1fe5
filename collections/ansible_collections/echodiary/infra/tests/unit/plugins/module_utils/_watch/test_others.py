# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._host import dpkg
from ansible_collections.echodiary.infra.plugins.module_utils._watch import containers, memory, mounts, names, privileges, verified
from ansible_collections.echodiary.infra.plugins.module_utils._watch.shapes import Known


def resources(aspect: Any, seen: Any, known: Known | None = None) -> list[str]:
    return [str(one.resource) for one in aspect.plan(seen, known or Known())]


# -- mounts


def mount(point: str) -> mounts.Mount:
    return mounts.Mount(point, "/", "tmpfs", "tmpfs", ("rw",))


def test_a_mount_over_configuration_is_told() -> None:
    seen = mounts.Seen((mount("/etc/haproxy"), mount("/run/x"), mount("/var/lib/docker/overlay2/x"), mount("/home/data")))
    assert resources(mounts, seen) == ["mount:/etc/haproxy", "mount:/home/data"]


def test_what_is_declared_or_in_fstab_is_expected() -> None:
    seen = mounts.Seen((mount("/opt/data"), mount("/home/x")), expected=frozenset(["/home/x"]))
    assert resources(mounts, seen, Known(mounts=frozenset(["/opt/data"]))) == []


def test_swap_that_nobody_has_in_fstab() -> None:
    assert resources(mounts, mounts.Seen(swaps=("/swapfile", "/dev/zram0"))) == ["swap:/swapfile"]


def test_blanks_in_mount_points() -> None:
    assert mounts.unescaped(r"/mnt/a\040b") == "/mnt/a b"


# -- privileges


def test_known_programs_have_their_rights_and_others_do_not() -> None:
    seen = privileges.Seen(set=(("/usr/bin/sudo", 0o104755), ("/usr/bin/env", 0o104755), ("/tmp/sudo", 0o104755)))
    assert resources(privileges, seen) == ["privilege:/usr/bin/env", "privilege:/tmp/sudo"]


def test_capabilities_likewise() -> None:
    seen = privileges.Seen(capable=("/usr/bin/ping", "/usr/bin/python3.13", "/opt/ping"))
    assert resources(privileges, seen) == ["privilege:/usr/bin/python3.13", "privilege:/opt/ping"]


def test_a_held_file_of_ours_is_felt() -> None:
    seen = privileges.Seen(held=(("/etc/demo.conf", privileges.IMMUTABLE),))
    (one,) = privileges.plan(seen, Known(paths=frozenset(["/etc/demo.conf"])))
    assert one.degraded and one.heal == ("chattr", "-i", "/etc/demo.conf")


def test_it_is_read_from_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "below").mkdir()
    for name in ("plain", "below/set"):
        (tmp_path / name).write_text("")
    (tmp_path / "below/set").chmod(0o4755)
    monkeypatch.setattr(privileges, "PLACES", ((str(tmp_path), 1),))
    assert [path for path, _ in privileges.observe(Known()).set] == [f"{tmp_path}/below/set"]


# -- names


def test_a_host_is_called_as_its_file_says() -> None:
    assert resources(names, names.Seen("hand", "app1")) == ["host:name"]
    assert resources(names, names.Seen("app1", "app1")) == []
    assert resources(names, names.Seen("app1", "")) == []


def test_what_systemd_gives_to_all() -> None:
    usual = {"LANG": "C.UTF-8", "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin"}
    assert resources(names, names.Seen(environment=usual)) == []
    assert resources(names, names.Seen(environment={**usual, "LD_PRELOAD": "/x.so"})) == ["environment:LD_PRELOAD"]
    assert resources(names, names.Seen(environment={"PATH": "/tmp:/usr/bin"})) == ["environment:PATH"]


def test_settings_of_the_kernel_by_which_somebody_stays() -> None:
    assert resources(names, names.Seen(kernel={"kernel.core_pattern": "core", "kernel.randomize_va_space": "2"})) == []
    assert resources(names, names.Seen(kernel={"kernel.core_pattern": "|/tmp/x", "kernel.randomize_va_space": "0"})) == [
        "kernel:kernel.core_pattern",
        "kernel:kernel.randomize_va_space",
    ]


# -- containers


def inspected(**host: Any) -> dict[str, Any]:
    return {"Name": "/hand", "Config": {"Image": "x"}, "State": {"Status": "running"}, "HostConfig": host}


def test_what_a_container_could_do() -> None:
    powers = containers._stranger({**inspected(Privileged=True, PidMode="host"), "Mounts": [{"Type": "bind", "Source": "/"}]}, frozenset())
    assert powers.powers == ("privileged", "pid of the host", "/ of the host")


def test_in_a_network_of_ours_and_at_a_port() -> None:
    given = inspected(PortBindings={"80/tcp": [{"HostIp": "", "HostPort": "8080"}]})
    given["NetworkSettings"] = {"Networks": {"shop_default": {}, "bridge": {}}}
    assert containers._stranger(given, frozenset(["shop_default"])).powers == ("in network shop_default", "publishes *:8080")


def test_one_of_a_declared_file_is_no_stranger() -> None:
    known = Known(paths=frozenset(["/opt/shop/compose.yaml"]))
    assert containers._is_declared({containers.FILE: "/opt/shop/compose.yaml"}, known)
    assert not containers._is_declared({containers.FILE: "/tmp/compose.yaml"}, known)
    assert not containers._is_declared({}, known)


# -- verified


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package of two files, as brought."""
    info = tmp_path / "dpkg" / "info"
    info.mkdir(parents=True)
    lines = []
    for name in ("one", "two"):
        path = tmp_path / name
        path.write_text(name)
        lines.append(f"{dpkg.md5(str(path))}  {str(path)[1:]}\n")
    (info / "bash.md5sums").write_text("".join(lines))
    monkeypatch.setattr(verified, "ALWAYS", ("bash",))
    sums = dpkg.md5sums
    monkeypatch.setattr(dpkg, "md5sums", lambda package: sums.__wrapped__(package, str(tmp_path / "dpkg")))
    return tmp_path


def look(host: Path, *, check: bool = True) -> verified.Seen:
    state = str(host / "state")
    known = Known(check=check, memory=memory.load(state, "basis"))
    seen = verified.observe(known)
    if not check:
        memory.save(state, "basis", memory.Memory(verified=seen.noted, whole=seen.whole, read=seen.read), known.memory)
    return seen


def test_as_brought(host: Path) -> None:
    assert look(host)[:2] == ((), ())


def test_changed_and_gone(host: Path) -> None:
    look(host, check=False)
    (host / "one").write_text("ONE")
    (host / "two").unlink()
    seen = look(host)
    assert [one.path for one in seen.altered] == [f"{host}/one"]
    assert [one.path for one in seen.missing] == [f"{host}/two"]


def test_a_changed_file_is_found_however_often_one_looks(host: Path) -> None:
    (host / "one").write_text("ONE")
    for check in (True, False, True, False):
        assert [one.path for one in look(host, check=check).altered] == [f"{host}/one"]


def test_times_that_were_set_back_hide_nothing(host: Path) -> None:
    look(host, check=False)
    before = os.stat(host / "one")
    (host / "one").write_text("eno")
    os.utime(host / "one", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert [one.path for one in look(host).altered] == [f"{host}/one"]


def test_a_check_reads_so_much_at_most_and_says_what_is_left(host: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verified, "CHECK", 3)
    assert look(host).left == 1
    look(host, check=False)
    assert look(host).left == 0


def test_what_holds_is_not_asked_of_the_package_again(host: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    look(host, check=False)
    monkeypatch.setattr(dpkg, "md5sums", lambda package: pytest.fail("was asked"))
    assert look(host).whole


def test_since_when_it_has_been_read_is_told_and_an_apply_reads_all_anew_once_that_is_long_ago(
    host: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def at(when: float) -> None:
        monkeypatch.setattr(verified.time, "time", lambda: when)

    at(1_000_000)
    look(host, check=False)
    at(2_000_000)
    for check in (True, False):
        [told] = verified.told(look(host, check=check))
        assert told == "2 files of packages are as they were brought: read since 1970-01-12T13:46:40Z, and again where something changed"
    at(1_000_001 + verified.OLDEST)
    assert [look(host, check=check).read for check in (True, False, True)] == [1_000_000, *[1_000_001 + verified.OLDEST] * 2]


def test_once_packages_were_replaced_only_their_files_are_read_again(host: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    look(host, check=False)
    kept = memory.load(str(host / "state"), "another basis")
    assert (set(kept.verified), kept.files, kept.whole) == ({f"{host}/one", f"{host}/two"}, {}, False)
    (host / "new").write_text("new")
    (host / "new").rename(host / "one")
    read: list[str] = []
    monkeypatch.setattr(dpkg, "md5", read.append)
    verified.observe(Known(memory=kept))
    assert read == [f"{host}/one"]


def test_a_damaged_memory_is_none(host: Path) -> None:
    (host / "state").mkdir()
    (host / "state" / "watched.json").write_text("{")
    assert look(host)[:2] == ((), ())
