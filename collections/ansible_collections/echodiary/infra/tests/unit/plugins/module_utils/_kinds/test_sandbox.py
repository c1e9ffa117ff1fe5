# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._kinds import sandbox, timers
from ansible_collections.echodiary.infra.plugins.module_utils._kinds.model import ConvergeError
from ansible_collections.echodiary.infra.plugins.module_utils._kinds.sandbox import Needs


def lines(needs: Needs) -> list[str]:
    sandbox.check(needs)
    return sandbox.lines(needs)


def hidden(found: list[str]) -> set[str]:
    return {word.lstrip("-") for line in found if line.startswith("InaccessiblePaths=") for word in line.partition("=")[2].split()}


def test_who_says_nothing_writes_nowhere_and_sees_no_secret() -> None:
    found = lines(Needs())
    assert {"ProtectSystem=strict", "ProtectHome=yes", "PrivateTmp=yes", "NoNewPrivileges=yes"} <= set(found)
    assert hidden(found) == set(sandbox.SECRET)
    assert not [line for line in found if line.startswith(("ReadWritePaths", "Bind", "TemporaryFileSystem", "RuntimeDirectory"))]


def test_nobody_but_root_keeps_a_capability() -> None:
    assert "CapabilityBoundingSet=" in lines(Needs(root=False))
    assert "CAP_SYS_ADMIN" not in "".join(lines(Needs()))


def test_of_a_place_of_secrets_only_its_own_is_seen() -> None:
    found = lines(Needs(reads=["/etc/echodiary/backup"], writes=["/var/lib/echodiary/tls"]))
    assert "TemporaryFileSystem=/etc/echodiary:ro" in found
    assert "BindReadOnlyPaths=-/etc/echodiary/backup" in found
    assert "BindPaths=-/var/lib/echodiary/tls" in found
    assert hidden(found) == set(sandbox.SECRET) - {"/etc/echodiary", "/var/lib/echodiary"}


@pytest.mark.parametrize("path", ["/run/docker.sock", "/run", "/"])
def test_what_is_named_as_a_whole_is_not_hidden(path: str) -> None:
    found = lines(Needs(reads=[path]))
    assert "/run/docker.sock" not in hidden(found)
    assert not [line for line in found if line.startswith("Bind")], "a bind of what is there shows what is hidden in it"


@pytest.mark.parametrize(
    ("needs", "home"),
    [
        (Needs(reads=["/root/.docker"]), "tmpfs"),
        (Needs(writes=["/home/ann/x"]), "tmpfs"),
        (Needs(reads=["/root"]), "read-only"),
        (Needs(reads=["/"]), "read-only"),
        (Needs(writes=["/home"]), "no"),
        (Needs(reads=["/homes"]), "yes"),
    ],
)
def test_of_peoples_places_what_is_named(needs: Needs, home: str) -> None:
    assert f"ProtectHome={home}" in lines(needs)


def test_its_own_directory_below_run_is_made_and_stays() -> None:
    found = lines(Needs(writes=["/run/mine", "/srv/mine"]))
    assert {"RuntimeDirectory=mine", "RuntimeDirectoryPreserve=yes", "ReadWritePaths=-/srv/mine"} <= set(found)


def test_run_itself_is_written_to_by_who_says_so() -> None:
    assert "ReadOnlyPaths=/run" in lines(Needs(writes=["/run/mine"]))
    assert {"ReadOnlyPaths=", "ReadWritePaths=-/run"} <= set(lines(Needs(writes=["/run"])))


def test_a_line_may_be_another_one_and_no_line_is_said_twice() -> None:
    found = lines(Needs(but={"PrivateTmp": "no", "CapabilityBoundingSet": ""}))
    assert {"PrivateTmp=no", "CapabilityBoundingSet="} <= set(found)
    once = [line.partition("=")[0] for line in found if not line.startswith("ReadWritePaths")]
    assert len(once) == len(set(once))


@pytest.mark.parametrize(
    ("needs", "words"),
    [
        (Needs(writes=["srv"]), "'srv' has to be a whole path"),
        (Needs(reads=["/srv/"]), "has to be a whole path"),
        (Needs(reads=["/srv/../etc"]), "has to be a whole path"),
        (Needs(writes=["/srv/a b"]), "has a character"),
        (Needs(writes=["/srv\nUser=root"]), "has a character"),
        (Needs(reads=["/etc/echodiary/%h"]), "has a character"),
        (Needs(but={"ExecStart": "/bin/sh"}), "ExecStart is no line"),
        (Needs(but={"PrivateTmp": "no\nExecStart=/bin/sh"}), "has to be one line"),
    ],
)
def test_what_cannot_be_is_refused(needs: Needs, words: str) -> None:
    with pytest.raises(ConvergeError) as caught:
        sandbox.check(needs)
    assert words in str(caught.value)


def test_what_is_read_anywhere_else_needs_no_line_and_may_be_called_anything() -> None:
    assert lines(Needs(reads=["/srv/my files: 100 %"])) == lines(Needs())


def test_yes_and_no_of_yaml() -> None:
    assert sandbox.words({"PrivateTmp": False, "ProtectClock": True, "SystemCallFilter": "", "RestrictAddressFamilies": None}) == {
        "PrivateTmp": "no", "ProtectClock": "yes", "SystemCallFilter": "", "RestrictAddressFamilies": "",
    }  # fmt: skip


def test_a_timers_service_gets_them() -> None:
    given: timers.Timer = {
        "schedule": "daily", "command": ["/bin/true"], "persistent": True, "random_delay": 0, "timeout": 60, "user": "ann",
        "writes": ["/srv/ann"], "sandbox": {"MemoryDenyWriteExecute": False},
    }  # fmt: skip
    text = timers.parts(timers.checked({"b": given}))["b"].files["/etc/systemd/system/b.service"].splitlines()
    wanted = lines(Needs((), ["/srv/ann"], {"MemoryDenyWriteExecute": "no"}, root=False))
    assert set(wanted) <= set(text)
    assert "CapabilityBoundingSet=" in text
    with pytest.raises(ConvergeError, match=r"^timers b: sandbox: Nice is no line"):
        timers.checked({"b": {**given, "sandbox": {"Nice": "1"}}})
