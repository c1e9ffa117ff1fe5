# SPDX-License-Identifier: GPL-3.0-or-later
"""Long files cross the wire once, and only to a host that lacks them: both halves of converge in one process, the transfer made up."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_collections.echodiary.infra.plugins.module_utils._converge import contents, health, staging
from ansible_collections.echodiary.infra.plugins.module_utils._ledger import digests
from ansible_collections.echodiary.infra.plugins.module_utils._run import main
from ansible_collections.echodiary.infra.plugins.plugin_utils._calls import host, packages
from ansible_collections.echodiary.infra.plugins.plugin_utils._converge import result as outcome
from ansible_collections.echodiary.infra.plugins.plugin_utils._converge.loop import Lease, Loop
from ansible_collections.echodiary.infra.plugins.plugin_utils._converge.run import Run

LONG = os.urandom(300_000)
MORE = os.urandom(300_000)
CONVERGE = packages.package("_run")


class World:
    """A role with a tree, a directory that stands for the host, and the wire between them."""

    def __init__(self, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.place, self.root, self.state = place, place / "root", place / "state"
        self.root.mkdir()
        self.monkeypatch = monkeypatch
        self.crossed: list[str] = []
        self.manifests: list[int] = []
        self.files = f"{{'{self.root}/**': {{owner: '{os.getuid()}', group: '{os.getgid()}'}}}}"
        self.component()

    def component(self, more: str = "", files: str = "") -> None:
        self.write("component.yml", f"---\nfiles: {files or self.files}\n{more}".encode())

    def write(self, name: str, content: bytes) -> Path:
        path = self.place / "roles" / "demo" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def tree(self, name: str, content: bytes) -> Path:
        return self.write(f"tree{self.root}/{name}", content)

    def _call(self, manifest: dict[str, Any]) -> dict[str, Any]:
        self.manifests.append(len(host.payload(CONVERGE, manifest)))
        answer = main.run(json.loads(json.dumps({**manifest, "state_dir": str(self.state)})))
        assert not answer.get("failed"), answer.get("msg")
        return answer

    def _transfer(self, local: str, remote: str) -> None:
        self.crossed.append(Path(local).read_bytes()[:8].hex())
        assert os.stat(local).st_mode & 0o077 == 0 or "roles" in local, "made for the transfer, and readable by others"
        shutil.copyfile(local, remote)

    def run(self, *, check: bool = False) -> dict[str, Any]:
        self.crossed.clear()
        self.manifests.clear()
        tmp, loader = self.place / "tmp", DataLoader()

        def make() -> str:
            tmp.mkdir(mode=0o700)
            return str(tmp)

        action = SimpleNamespace(
            _task=SimpleNamespace(check_mode=check),
            _loader=loader,
            _templar=Templar(loader=loader, variables={}),
            _connection=SimpleNamespace(_shell=SimpleNamespace(join_path=os.path.join)),
            _transfer_file=self._transfer,
            _make_tmp_path=make,
            _remove_tmp_path=lambda path, force: shutil.rmtree(path),
        )
        run = Run(action, {"playbook_dir": str(self.place), "inventory_hostname": "h"}, self._call, str)
        answers = Loop(run, run.specs.of(["demo"]), Lease()).until_done()
        assert not tmp.exists(), "the directory of the transfer stays behind"
        return outcome.summary(answers, ["demo"], check)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(health, "wait", lambda look, *_: look())
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(main, "LOCK", str(tmp_path / "lock"))
    monkeypatch.setattr(staging, "BASE", str(tmp_path))
    return World(tmp_path, monkeypatch)


def unread(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_handle: Any) -> str:
        raise AssertionError("read again")

    monkeypatch.setattr(digests, "of", refuse)


def settle(world: World) -> None:
    """Until the kernel's clock has moved on from the files' last change."""
    newest = max(path.stat().st_ctime for path in world.root.rglob("*"))
    probe = world.place / "probe"
    probe.touch()
    while probe.stat().st_ctime - newest <= digests.SETTLED:
        probe.chmod(0o600)


def test_it_is_sent_once_and_then_named_only(world: World) -> None:
    world.tree("big", LONG)
    world.tree("small", b"x")
    first = world.run()
    assert (first["failed"], first["changed"], first["sync"]) == (False, True, "Synced"), first["msg"]
    assert (world.root / "big").read_bytes() == LONG
    assert (world.crossed, len(world.manifests)) == ([LONG[:8].hex()], 2)
    for check in (False, True):
        again = world.run(check=check)
        assert (again["changed"], again["sync"], world.crossed, len(world.manifests)) == (False, "Synced", [], 1)
        assert world.manifests[0] < len(host.payload(CONVERGE, {})) + 5_000, "the contents travel with the manifest"
    assert not (world.state / "contents").exists()


def test_a_check_says_what_would_be_sent_and_sends_nothing(world: World) -> None:
    world.tree("big", LONG)
    found = world.run(check=True)
    (component,) = found["components"]
    assert (component["sync"], world.crossed, world.state.exists()) == ("OutOfSync", [], False)
    assert [change["resource"] for change in component["changes"]] == [f"file:{world.root}/big"]
    assert any("0.3 MB" in note for note in component["notes"])
    assert "(300000 bytes)" in component["changes"][0]["diff"]


def test_only_what_changed_is_sent(world: World) -> None:
    world.tree("a", LONG)
    world.tree("b", MORE)
    world.run()
    world.tree("b", MORE[::-1])
    done = world.run()
    assert (world.crossed, done["changed"]) == ([MORE[::-1][:8].hex()], True)
    assert (world.root / "b").read_bytes() == MORE[::-1]


def test_the_same_contents_at_two_places_are_sent_once(world: World) -> None:
    world.tree("a", LONG)
    world.tree("b", LONG)
    world.run()
    assert len(world.crossed) == 1
    assert (world.root / "a").read_bytes() == (world.root / "b").read_bytes() == LONG


def test_mode_alone_sends_nothing(world: World) -> None:
    world.tree("big", LONG)
    world.run()
    os.chmod(world.root / "big", 0o666)
    done = world.run()
    assert (world.crossed, done["changed"], (world.root / "big").stat().st_mode & 0o777) == ([], True, 0o644)


def test_what_was_read_is_not_read_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.tree("big", LONG)
    world.run()
    settle(world)
    world.run()
    unread(monkeypatch)
    assert world.run(check=True)["sync"] == "Synced"
    assert not world.run()["changed"]


def test_a_change_that_hides_its_date_and_size_is_seen(world: World) -> None:
    world.tree("big", LONG)
    world.run()
    settle(world)
    world.run()
    before = (world.root / "big").stat()
    (world.root / "big").write_bytes(MORE)
    os.utime(world.root / "big", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert world.run(check=True)["sync"] == "OutOfSync"
    world.run()
    assert (world.root / "big").read_bytes() == LONG


@pytest.mark.parametrize("kept", ["", "{", "[]", '{"seen": 3}', '{"seen": {"/x": 1}}', '{"seen": {"PATH": [[1, 2], "x"]}}'])
def test_a_memory_that_is_damaged_is_no_memory(world: World, kept: str) -> None:
    world.tree("big", LONG)
    world.run()
    (world.state / "digests.json").write_text(kept.replace("PATH", str(world.root / "big")))
    assert world.run(check=True)["sync"] == "Synced"
    assert not world.run()["changed"]


def test_what_arrives_as_something_else_is_refused_and_goes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.tree("big", LONG)
    monkeypatch.setattr(world, "_transfer", lambda _local, remote: Path(remote).write_bytes(MORE))
    with pytest.raises(AssertionError, match="changed on its way"):
        world.run()
    assert not (world.root / "big").exists()
    assert not list((world.state / "contents").iterdir())


def test_what_came_before_a_run_was_killed_is_used_by_the_next(world: World) -> None:
    world.tree("big", LONG)
    (world.state / "contents").mkdir(parents=True)
    (world.state / "contents" / hashlib.sha256(LONG).hexdigest()).write_bytes(LONG)
    (world.state / "contents" / "orphan.new").write_bytes(b"x")
    assert world.run()["sync"] == "Synced"
    assert (world.crossed, (world.root / "big").read_bytes()) == ([], LONG)
    assert not (world.state / "contents").exists()


def test_validators_read_it_and_wait_for_it_in_a_check(world: World) -> None:
    world.tree("big", LONG)
    world.tree("conf", b"good")
    world.component(
        f"validate: [{{command: [sh, -c, 'cmp $0/big {world.root}/expected && grep -q good $0/conf', '{{staging}}{world.root}']}}]\n"
    )
    (world.root / "expected").write_bytes(LONG)
    assert any("not validated yet" in note for note in world.run(check=True)["components"][0]["notes"])
    assert world.run()["sync"] == "Synced"
    world.tree("conf", b"bad")
    for check in (True, False):
        assert "rejects" in world.run(check=check)["components"][0]["msg"]
    assert world.crossed == []


def test_a_long_template_is_sent_from_a_private_file(world: World) -> None:
    world.tree("big.j2", b"{{ 'a line of it\n' * 30000 }}")
    world.run()
    assert (world.root / "big").read_text() == "a line of it\n" * 30000
    assert len(world.crossed) == 1
    assert not world.run()["changed"]
    assert world.crossed == []


def test_a_slot_that_was_not_read_says_what_it_lacks(world: World) -> None:
    """A release brings the other slot what neither that slot has nor was brought before."""
    digest = hashlib.sha256(LONG).hexdigest()
    content = {"sha256": digest, "size": len(LONG)}
    paths = {name: str(world.root / name) for name in ("has", "lacks", "differs")}
    (world.root / "has").write_bytes(LONG)
    (world.root / "differs").write_bytes(MORE)
    spec = {
        "files": {**{path: {"content": content} for path in paths.values()}, "/short": {"content": "x"}, "/raw": {"content": {"b64": ""}}}
    }
    wanted = contents.lacking_in(spec, str(world.state))
    assert [one["path"] for one in wanted] == [paths["lacks"], paths["differs"]]
    assert wanted[0] == {"path": paths["lacks"], **content}
    (world.place / "came").write_bytes(LONG)
    contents.take(str(world.state), {digest: str(world.place / "came")})
    assert contents.lacking_in(spec, str(world.state)) == []


def test_of_a_secret_no_bare_digest_leaves(world: World) -> None:
    world.component(files=world.files.replace("group", "mode: '0600', sensitive: true, group"))
    world.tree("key", LONG)
    done = world.run()
    assert (done["sync"], world.crossed) == ("Synced", [])
    assert (world.root / "key").read_bytes() == LONG
    digest = hashlib.sha256(LONG).hexdigest()
    assert not [path for path in world.state.rglob("*") if path.is_file() and digest.encode() in path.read_bytes()]
