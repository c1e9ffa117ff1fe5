# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import stat
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._watch import entries, files, generated, links, modes, packaged
from ansible_collections.echodiary.infra.plugins.module_utils._watch.shapes import Known


def entry(path: str, digest: str = "now", **more: Any) -> entries.Entry:
    return entries.Entry(path, more.pop("kind", "file"), more.pop("mode", 0o644), digest=digest, **more)


def kept(digest: str = "then", mode: str = "0644", **more: Any) -> Any:
    return {"digest": digest, "mode": mode, "uid": 0, "gid": 0, **more}


def plan(seen: files.Seen, known: Known | None = None) -> dict[str, Any]:
    return {str(one.resource): one for one in files.plan(seen, known or Known())}


def test_a_stranger_can_go_and_a_device_cannot() -> None:
    found = plan(files.Seen(strangers=(entry("/etc/cron.d/x"), entry("/etc/pipe", kind="special"))))
    assert found["stranger:/etc/cron.d/x"].removable
    assert not found["stranger:/etc/pipe"].removable


def test_a_mask_is_called_one() -> None:
    found = plan(files.Seen(strangers=(entry("/etc/systemd/system/cron.service", "/dev/null", kind="link"),)))
    assert "masked" in found["stranger:/etc/systemd/system/cron.service"].why


def test_changed_configuration_of_a_package_says_how_it_comes_back() -> None:
    altered, missing = "/etc/default/haproxy", "/etc/logrotate.conf"
    steps = {altered: "bring it", missing: "bring it again"}
    found = plan(files.Seen(altered=((entry(altered), "haproxy"),), missing={missing: "logrotate"}, steps=steps))
    assert (found[f"file:{altered}"].step, found[f"file:{missing}"].step) == ("bring it", "bring it again")


def test_living_files_are_compared_with_what_was_recorded() -> None:
    seen = files.Seen(living={"/etc/hosts": entry("/etc/hosts", text="a\n"), "/etc/fstab": entry("/etc/fstab", "then")})
    known = Known(kept={"/etc/hosts": kept(text="b\n"), "/etc/fstab": kept(), "/etc/profile": kept()})
    found = plan(seen, known)
    assert set(found) == {"file:/etc/hosts", "file:/etc/profile"}
    assert found["file:/etc/hosts"].restore.content == b"b\n"
    assert "-a" in found["file:/etc/hosts"].diff and "+b" in found["file:/etc/hosts"].diff
    assert found["file:/etc/profile"].fields["content"] == [None, "then"]


def test_owner_and_mode_count_too() -> None:
    seen = files.Seen(living={"/etc/hosts": entry("/etc/hosts", "then", mode=0o666, uid=1000)})
    (one,) = plan(seen, Known(kept={"/etc/hosts": kept()})).values()
    assert "mode" in one.fields


def test_before_anything_was_recorded_nothing_is_new() -> None:
    seen = files.Seen(living={"/etc/hosts": entry("/etc/hosts")})
    assert plan(seen) == {}
    assert set(plan(seen, Known(kept={"/etc/fstab": kept()}))) >= {"file:/etc/hosts"}


def test_what_package_scripts_made_is_theirs() -> None:
    path = "/etc/pam.d/common-auth"
    seen = files.Seen(living={path: entry(path)}, by_scripts=frozenset([path]))
    assert plan(seen, Known(kept={path: kept()})) == {}


def test_what_is_mounted_over_cannot_be_put_back() -> None:
    seen = files.Seen(living={"/etc/hosts": entry("/etc/hosts")}, mounted=frozenset(["/etc/hosts"]))
    (one,) = plan(seen, Known(kept={"/etc/hosts": kept(text="x")})).values()
    assert one.restore is None


def test_what_was_decided_stays_with_what_is_recorded_anew() -> None:
    seen = files.Seen(living={"/etc/hosts": entry("/etc/hosts", "then")})
    assert files.kept(seen, Known(kept={"/etc/hosts": kept(by="somebody")}))["/etc/hosts"]["by"] == "somebody"


def test_a_secret_is_not_kept(tmp_path: Any) -> None:
    path = tmp_path / "key"
    path.write_text("secret")
    open_to_all = entries.with_content(entry(str(path)))
    assert open_to_all.text == "secret"
    assert entries.with_content(entry(str(path), mode=0o600)).text is None


@pytest.mark.parametrize(
    ("path", "mode", "surplus"),
    [
        ("/etc/shadow", 0o640, 0),
        ("/etc/shadow", 0o666, 0o026),
        ("/etc/profile", 0o644, 0),
        ("/etc/profile", 0o646, 0o002),
        ("/etc/ssh/ssh_host_rsa_key", 0o644, 0o004),
        ("/etc/sudoers.d/x", 0o440, 0),
    ],
)
def test_modes(path: str, mode: int, surplus: int) -> None:
    assert modes.surplus(path, stat.S_IFREG | mode) == surplus


def test_a_shared_directory_may_be_written_to_where_it_is_sticky() -> None:
    assert modes.surplus("/etc/x", stat.S_IFDIR | 0o1777) == 0
    assert modes.surplus("/etc/x", stat.S_IFDIR | 0o777) == 0o002
    assert modes.closing(0o026) == "g-w,o-rw"


def test_scripts_of_packages_have_their_time() -> None:
    brought = packaged.Packaged(unpacked=(1000.0,), settled=1060.0)
    assert brought.by_scripts(1030.0, since=900.0)
    assert not brought.by_scripts(1030.0, since=1001.0), "what was installed before the host was converged is recorded"
    assert not brought.by_scripts(1070.0, since=900.0), "dpkg was done by then"
    assert not brought._replace(settled=9000.0).by_scripts(1500.0, since=900.0)
    assert not brought.by_scripts(990.0, since=900.0)


@pytest.mark.parametrize(
    ("path", "target", "known"),
    [
        ("/etc/systemd/system/multi-user.target.wants/app.service", "/etc/systemd/system/app.service", True),
        ("/etc/systemd/system/getty.target.wants/getty@tty1.service", "/usr/lib/systemd/system/getty@.service", True),
        ("/etc/systemd/system/multi-user.target.wants/evil.service", "/etc/systemd/system/evil.service", False),
        ("/etc/systemd/system/cron.service", "/dev/null", False),
        ("/etc/ssl/certs/Some_CA.pem", "/usr/share/ca-certificates/mozilla/Some_CA.crt", True),
        ("/etc/ssl/certs/0a1b2c3d.0", "Some_CA.pem", True),
        ("/etc/ssl/certs/hand.pem", "/tmp/hand.pem", False),
        ("/usr/bin/editor", "/etc/alternatives/editor", True),
        ("/usr/bin/hand", "/tmp/hand", False),
    ],
)
def test_links(path: str, target: str, known: bool) -> None:
    assert links.are_known(path, target, Known(units=frozenset(["app.service"]))) is known


@pytest.mark.parametrize("path", ["/etc/hosts", "/etc/pam.d/common-auth", "/etc/ssh/ssh_host_rsa_key", "/etc/alternatives/editor"])
def test_living(path: str) -> None:
    assert generated.IS_LIVING.match(path)
    assert not generated.IS_VOLATILE.match(path)


@pytest.mark.parametrize(
    "path",
    [
        "/etc/cron.d/x",
        "/etc/sudoers.d/x",
        "/etc/ld.so.preload",
        "/etc/pam.d/sshd2",
        "/etc/hosts2",
        "/etc/apt/apt.conf.d/99x",
        "/etc/default/x",
    ],
)
def test_not_living(path: str) -> None:
    assert not generated.IS_LIVING.match(path)
    assert not generated.IS_VOLATILE.match(path)


@pytest.mark.parametrize("path", ["/etc/passwd-", "/etc/rc2.d/S01x", "/usr/lib/python3/dist-packages/x/__pycache__/y.pyc", "/etc/mtab"])
def test_volatile(path: str) -> None:
    assert generated.IS_VOLATILE.match(path)
