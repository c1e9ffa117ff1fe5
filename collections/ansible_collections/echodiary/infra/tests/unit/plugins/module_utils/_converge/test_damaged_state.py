# SPDX-License-Identifier: GPL-3.0-or-later
"""What is read back on a host is looked at before it is believed: empty, cut off, of wrong types, newer than this program."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._converge import state
from ansible_collections.echodiary.infra.plugins.module_utils._release import slots
from ansible_collections.echodiary.infra.tests.unit.plugins.module_utils._converge.builders import file, spec
from ansible_collections.echodiary.infra.tests.unit.plugins.module_utils._converge.directory_host import Host, host

__all__ = ["host"]

DAMAGED = [
    "",
    "{",
    "null",
    "[]",
    '"text"',
    "\x00\xff",
    "[" * 100_000,
    '{"version": "1"}',
    '{"version": true}',
    '{"version": 1, "resources": null}',
    '{"version": 1, "resources": []}',
    '{"version": 1, "resources": {"path:/x": "text"}}',
    '{"version": 1, "resources": {"path:x": {"kind": "file"}}}',
    '{"version": 1, "resources": {"path:/x\\u0000": {"kind": "file"}}}',
    '{"version": 1, "resources": {"package:x": {"a": 1}}}',
    '{"version": 1, "resources": {"user:x": {"groups": 3}}}',
    '{"version": 1, "loaded": {"x.service": null}}',
    '{"version": 1, "loaded": {"x.service": {"identity": "a", "digest": "b", "newest": "c"}}}',
    '{"version": 1, "services": {"web": {"digest": 1}}}',
    '{"version": 1, "services": ["web"]}',
    '{"version": 1, "health": {"url": "http://x/"}}',
    '{"version": 1, "health": [{"status": 200}]}',
]


def record_of(host: Host, name: str = "demo") -> Path:
    return Path(state.path_of(str(host.state), name))


def full(host: Host) -> dict[str, Any]:
    """A component with something of every kind that the record is asked about."""
    user = {"name": "nobody-here", "shell": "/bin/sh", "groups": ["users"]}
    units = {"x.service": {"state": "started", "enabled": True, "consumes": [host.path("a")]}}
    return spec(files={host.path("a"): file("one")}, users=[user], packages=["tree"], units=units)


@pytest.mark.parametrize("text", DAMAGED)
def test_a_damaged_record_is_put_aside_and_the_run_goes_on(host: Host, text: str) -> None:
    wanted = spec(files={host.path("a"): file("one")})
    host.run(wanted)
    record_of(host).write_bytes(text.encode("latin-1"))
    check = host.run(wanted, spec("other"), check=True)
    assert [(one["status"], one["sync"]) for one in check["components"]] == [("ok", "Synced")] * 2
    assert record_of(host).read_bytes() == text.encode("latin-1"), "a check touches nothing"
    done = host.run(wanted, spec("other"))
    aside = record_of(host).with_name("demo.json.damaged-1")
    assert [one["status"] for one in done["components"]] == ["ok", "ok"]
    for answer in (check, done):
        assert any(str(record_of(host)) in note and str(aside) in note for note in answer["components"][0]["notes"])
        assert answer["components"][1]["notes"] == []
    assert aside.read_bytes() == text.encode("latin-1"), "nothing is lost"
    assert json.loads(record_of(host).read_text())["resources"]
    assert host.component(wanted)["notes"] == []


@pytest.mark.parametrize("text", DAMAGED)
def test_whatever_the_record_says_a_check_of_everything_is_no_fault_of_ours(host: Host, text: str) -> None:
    record_of(host).parent.mkdir(parents=True)
    record_of(host).write_bytes(text.encode("latin-1"))
    done = host.component(full(host), check=True)
    assert "fault" not in done["msg"]


def test_each_damaged_record_keeps_a_name_of_its_own(host: Host) -> None:
    wanted = spec(files={host.path("a"): file("one")})
    for text in ("first", "second"):
        host.run(wanted)
        record_of(host).write_text(text)
    host.run(wanted)
    kept = sorted(path.name for path in record_of(host).parent.iterdir())
    assert kept == ["demo.json", "demo.json.damaged-1", "demo.json.damaged-2"]
    assert state.recorded(str(host.state)) == ["demo"]


def test_a_directory_where_the_record_has_to_be(host: Host) -> None:
    record_of(host).mkdir(parents=True)
    assert host.component(spec(files={host.path("a"): file("one")}))["status"] == "changed"
    assert record_of(host).is_file()


@pytest.mark.parametrize("check", [True, False])
def test_a_newer_record_is_refused_and_not_touched(host: Host, check: bool) -> None:
    wanted = spec(files={host.path("a"): file("one")})
    record_of(host).parent.mkdir(parents=True)
    record_of(host).write_text('{"version": 99, "things": []}')
    answer = host.run(wanted, spec("other"), check=check)
    refused = answer["components"][0]
    assert refused["status"] == "failed"
    assert "newer version" in refused["msg"]
    assert "\n" not in refused["msg"]
    assert record_of(host).read_text() == '{"version": 99, "things": []}'
    assert not (host.root / "a").exists()
    assert [one["name"] for one in answer["components"]] == (["demo", "other"] if check else ["demo"])


def test_a_record_of_the_version_before_is_believed_and_not_written_anew(host: Host) -> None:
    wanted = spec(files={host.path("a"): file("one")})
    host.run(wanted)
    old = json.loads(record_of(host).read_text())
    old.pop("health")
    record_of(host).write_text(json.dumps(old))
    done = host.component(wanted)
    assert (done["status"], done["notes"]) == ("ok", [])
    assert json.loads(record_of(host).read_text()) == old


SLOTS = [
    "",
    "{",
    "[]",
    '{"active": 3}',
    '{"active": "blue", "releases": []}',
    '{"active": "a", "releases": {"a": null}}',
    '{"active": "a", "releases": {"a": {"image": 1}}}',
    '{"images": {}}',
]


@pytest.mark.parametrize("text", SLOTS)
def test_a_damaged_record_of_slots_counts_as_none_and_is_kept(tmp_path: Path, text: str) -> None:
    path = Path(slots.path_of(str(tmp_path), "demo"))
    path.parent.mkdir()
    path.write_text(text)
    notes: list[str] = []
    assert slots.load(str(tmp_path), "demo", notes) == slots.empty()
    assert len(notes) == 1
    slots.save(str(tmp_path), "demo", {**slots.empty(), "active": "blue"})
    assert slots.load(str(tmp_path), "demo")["active"] == "blue"
    assert Path(f"{path}.damaged-1").read_text() == text


# -- the journal -------------------------------------------------------------------------------------------------------

INDICES = [
    "",
    "{",
    "{}",
    "[]",
    '{"entries": {}, "created": {}, "temporary": []}',
    '{"entries": {"/x": null}, "created": [], "temporary": []}',
    '{"entries": {"/x": {"value": "file", "backup": "0"}}, "created": [], "temporary": []}',
    '{"entries": {"/x": {"value": null, "backup": "../../etc/passwd"}}, "created": [], "temporary": []}',
    '{"entries": {}, "created": [], "temporary": [3]}',
]


@pytest.mark.parametrize("text", INDICES)
def test_a_damaged_journal_is_put_aside_with_its_backups_and_the_run_goes_on(host: Host, text: str) -> None:
    journal = Path(state.journal_of(str(host.state), "demo"))
    journal.mkdir(parents=True)
    (journal / "index.json").write_text(text)
    (journal / "0").write_text("what was there before")
    wanted = spec(files={host.path("a"): file("one")})
    assert host.component(wanted, check=True)["sync"] == "OutOfSync"
    done = host.component(wanted)
    assert done["status"] == "changed"
    assert any(f"{journal}.damaged-1" in note for note in done["notes"])
    assert (journal.with_name("demo.damaged-1") / "0").read_text() == "what was there before"
    assert not journal.exists()
    assert host.component(wanted)["notes"] == []


def test_a_newer_journal_is_refused_and_not_touched(host: Host) -> None:
    journal = Path(state.journal_of(str(host.state), "demo"))
    journal.mkdir(parents=True)
    (journal / "index.json").write_text('{"version": 99}')
    done = host.component(spec(files={host.path("a"): file("one")}))
    assert done["status"] == "failed"
    assert "newer version" in done["msg"]
    assert not (host.root / "a").exists()
    assert (journal / "index.json").read_text() == '{"version": 99}'


# -- the key -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"", b"\0", b"x" * 31, b"x" * 4096])
def test_a_damaged_key_never_makes_a_fingerprint(host: Host, content: bytes) -> None:
    wanted = spec(files={host.path("s"): file("PASSWORD=hunter22", "0600", sensitive=True)})
    host.run(wanted)
    key = host.state / "fingerprint.key"
    key.write_bytes(content)
    check = host.component(wanted, check=True)
    assert (check["sync"], check["changes"]) == ("Synced", [])
    assert key.read_bytes() == content, "a check touches nothing"
    done = host.component(wanted)
    assert (done["status"], done["changes"]) == ("ok", [])
    for answer in (check, done):
        assert any(str(key) in note and "damaged-1" in note for note in answer["notes"])
    assert len(key.read_bytes()) == 32
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert Path(f"{key}.damaged-1").read_bytes() == content
    recorded = json.loads(record_of(host).read_text())["resources"][f"path:{host.path('s')}"]["content"]
    assert recorded.startswith("hmac:")


# -- other trouble -----------------------------------------------------------------------------------------------------


def test_a_full_disk_below_the_state_names_the_path(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    def full_disk(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    host.run(spec(files={host.path("a"): file("one")}))
    monkeypatch.setattr("os.fsync", full_disk)
    for wanted in (spec(files={host.path("a"): file("two")}), spec(links={host.path("a"): "x"}), spec(files={host.path("a"): file("one")})):
        done = host.component(wanted)
        if done["status"] != "ok":
            assert str(host.root.parent) in done["msg"]
            assert "the host:" not in done["msg"]
            assert "None" not in done["msg"]
