# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._kinds import model, repositories
from ansible_collections.echodiary.infra.plugins.module_utils._kinds.model import Applied, ConvergeError
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError
from ansible_collections.echodiary.infra.plugins.plugin_utils._component import manifest

KEY = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQINBFit2ioB\n=abcd\n-----END PGP PUBLIC KEY BLOCK-----\n"
#: as ansible.builtin.deb822_repository writes it
WRITTEN = """X-Repolib-Name: tools
Components: stable extra
Signed-By:
    -----BEGIN PGP PUBLIC KEY BLOCK-----
    .
    mQINBFit2ioB
    =abcd
    -----END PGP PUBLIC KEY BLOCK-----
Suites: bookworm
Types: deb
URIs: https://repo.example/debian
"""
TOOLS: Any = {"uri": "https://repo.example/debian", "suite": "bookworm", "components": ["stable", "extra"], "key": KEY}
FOUND = repositories.parse(WRITTEN)

#: of test_removal
EXAMPLE = ("tools", {"tools": TOOLS}, FOUND)


def changes(declared: dict[str, Any], seen: dict[str, Any], last: Applied | None = None) -> list[model.Change]:
    return repositories.plan(declared, seen, last or Applied())


def test_what_the_module_writes_is_what_is_declared() -> None:
    assert changes({"tools": TOOLS}, {"tools": FOUND}) == []
    assert changes({"tools": {**TOOLS, "key": KEY.strip().replace("\n", "\n  ")}}, {"tools": FOUND}) == []


def test_a_new_one_is_told_without_sixty_lines_of_its_key() -> None:
    (change,) = changes({"tools": TOOLS}, {})
    assert (change.action, change.origin) == ("create", "pending")
    assert change.fields["uris"] == [None, "https://repo.example/debian"]
    assert str(change.fields["signed-by"][1]).startswith("key sha256:")


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("Enabled: no", "enabled"),
        ("Trusted: yes", "trusted"),
        ("Allow-Insecure: yes", "allow-insecure"),
        ("Types: deb-src", "types"),
        ("URIs: http://other.example", "uris"),
        ("\nTypes: deb\nURIs: http://other.example", "and another one"),
    ],
)
def test_whatever_somebody_adds_to_its_file_counts(line: str, field: str) -> None:
    (change,) = changes({"tools": TOOLS}, {"tools": repositories.parse(f"{WRITTEN}{line}\n")}, Applied({"tools": FOUND}, {"tools": None}))
    assert (change.action, change.origin, field in change.fields) == ("update", "corrective", True)


def test_comments_and_the_order_of_fields_do_not() -> None:
    lines = WRITTEN.splitlines()
    assert repositories.parse("\n".join(["# mine", *lines[-3:], *lines[:-3]])) == FOUND


def test_one_from_before_us_is_as_it_was_unless_somebody_moved_it_since() -> None:
    before = {**FOUND, "uris": "https://first.example", "enabled": "no"}
    (change,) = changes({}, {"tools": FOUND}, Applied({"tools": FOUND}, {"tools": before}))
    assert change.action == "restore"
    _, call, _ = repositories.delegate([change], {}, "apt")
    assert call.args == {
        "name": "tools", "types": ["deb"], "uris": ["https://first.example"], "suites": ["bookworm"], "components": ["stable", "extra"],
        "signed_by": KEY.strip(), "enabled": "no",
    }  # fmt: skip
    theirs = {**FOUND, "uris": "https://third.example"}
    assert changes({}, {"tools": theirs}, Applied({"tools": FOUND}, {"tools": before})) == []


def test_it_goes_when_it_is_not_declared_any_more_unless_it_was_there_before_us() -> None:
    (change,) = changes({}, {"tools": FOUND}, Applied({"tools": FOUND}, {"tools": None}))
    assert (change.action, change.fields) == ("remove", {"uris": ["https://repo.example/debian", None]})
    assert changes({}, {"tools": FOUND}, Applied({"tools": FOUND}, {"tools": FOUND})) == []
    assert changes({}, {}, Applied({"tools": FOUND}, {"tools": None})) == []


def test_files_are_read(tmp_path: Path) -> None:
    (tmp_path / "tools.sources").write_text(WRITTEN)
    assert repositories.observe(["tools", "absent"], f"{tmp_path}/") == {"tools": FOUND}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"uri": "repo.example"}, ["'repo.example'", "https://"]),
        ({"uri": "https://repo.example/a b"}, ["a b"]),
        ({"suite": "book worm"}, ["'book worm'"]),
        ({"components": ["stable\nTrusted: yes"]}, ["stable"]),
        ({"components": []}, ["components", "'/'"]),
        ({"suite": "./"}, ["components", "'/'"]),
        ({"key": "mQINBFit2ioB"}, ["key", "BEGIN PGP"]),
        ({"key": "https://repo.example/key"}, ["key", "BEGIN PGP"]),
        ({"keys": KEY}, ["keys"]),
    ],
)
def test_bad_input_is_refused(given: dict[str, Any], words: list[str]) -> None:
    with pytest.raises(SpecError) as caught:
        manifest.build("demo", {"repositories": {"tools": {**TOOLS, **given}}}, {})
    assert all(word in str(caught.value) for word in ["demo: ", "repositories tools", *words])
    assert "\n" not in str(caught.value).replace("\\n", "").replace("stable\n", "")


@pytest.mark.parametrize("name", ["Tools", "../tools", "tools.sources", ""])
def test_a_name_is_one_of_a_file(name: str) -> None:
    with pytest.raises(SpecError, match="small letters"):
        manifest.build("demo", {"repositories": {name: TOOLS}}, {})


def test_it_is_written_and_read_before_packages_are_installed() -> None:
    declared = manifest.build("demo", {"repositories": {"tools": TOOLS}}, {})["repositories"]  # type: ignore[typeddict-item]
    calls = list(repositories.delegate(changes(declared, {}), declared, "apt"))
    assert [call.module.rpartition(".")[2] for call in calls] == ["apt", "deb822_repository", "apt"]
    assert calls[1].args["signed_by"] == KEY.strip()
    assert (calls[1].args["components"], calls[1].args["suites"]) == (["stable", "extra"], ["bookworm"])
    assert calls[2].args["update_cache"] is True
    assert "cache_valid_time" not in calls[2].args, "lists that are an hour old do not have it"


def test_one_that_goes_asks_for_nothing_else() -> None:
    gone = changes({}, {"tools": FOUND}, Applied({"tools": FOUND}, {"tools": None}))
    (call,) = repositories.delegate(gone, {}, "apt")
    assert call.args == {"name": "tools", "state": "absent"}


#: apt's own helper, which says what it was asked for, and finds nothing at one place
HELPER = """#!/bin/sh
for word; do last=$where; where=$word; done
echo "$last" >> {log}
case $last in *nowhere*) echo "E: Failed to fetch $last  Could not resolve 'nowhere.example'"; echo "E: Download Failed"; exit 100;; esac
echo InRelease > "$where"
"""


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "helper").write_text(HELPER.format(log=tmp_path / "log"))
    os.chmod(tmp_path / "helper", 0o755)
    monkeypatch.setattr(repositories, "HELPER", str(tmp_path / "helper"))
    return tmp_path / "log"


def test_apt_is_asked_for_what_it_would_read(asked: Path) -> None:
    flat = {**TOOLS, "suite": "./", "components": []}
    declared = {"tools": TOOLS, "flat": flat}
    repositories.refuse_unreachable(changes(declared, {}), declared)
    assert asked.read_text().splitlines() == [
        "https://repo.example/debian/dists/bookworm/InRelease",
        "https://repo.example/debian/./InRelease",
    ]


def test_one_that_cannot_be_had_is_refused_with_what_to_do(asked: Path) -> None:
    declared = {"tools": {**TOOLS, "uri": "https://nowhere.example"}}
    with pytest.raises(ConvergeError) as caught:
        repositories.refuse_unreachable(changes(declared, {}), declared)
    said = str(caught.value)
    assert all(word in said for word in ("repository tools", "nowhere.example/dists/bookworm/InRelease", "Could not resolve", "mirror"))
    assert "\n" not in said


def test_one_that_is_as_declared_or_goes_is_not_asked_for(asked: Path) -> None:
    repositories.refuse_unreachable(changes({}, {"tools": FOUND}, Applied({"tools": FOUND}, {"tools": None})), {})
    assert not asked.exists()


def test_a_host_without_apt_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repositories, "HELPER", "/nowhere/apt-helper")
    with pytest.raises(ConvergeError, match="no apt"):
        repositories.refuse_unreachable(changes({"tools": TOOLS}, {}), {"tools": TOOLS})
