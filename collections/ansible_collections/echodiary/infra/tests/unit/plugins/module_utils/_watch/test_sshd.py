# SPDX-License-Identifier: GPL-3.0-or-later
"""How one may log in: what sshd itself says, keyword by keyword, against what is declared."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._watch import reading, sshd, sshd_files, sshd_words
from ansible_collections.echodiary.infra.plugins.module_utils._watch.shapes import Finding, Known

RECORDED = Path(__file__).parent / "recorded"
MAIN = (RECORDED / "sshd_config.txt").read_text()
OURS, PATH = (RECORDED / "10-echodiary.conf.txt").read_text(), "/etc/ssh/sshd_config.d/10-echodiary.conf"
SAID = (RECORDED / "sshd-T.debian-13.txt").read_text()
HAND = "/etc/ssh/sshd_config.d/00-hand.conf"
LISTEN: Any = {"port": 22, "protocol": "tcp", "address": "*", "from": ["operators"], "for": "admin"}
KNOWN = Known(paths=frozenset({PATH}), files={PATH: OURS}, listens=(LISTEN,), users={"deploy": ("sudo",)})
WHOM = "user=deploy,host=elsewhere.invalid,addr=192.0.2.1"
LINES = tuple(sshd_files.parse(PATH, OURS)) + tuple(sshd_files.parse(sshd_files.MAIN, MAIN))


def answer(whom: str = "", **changed: str) -> sshd.Asked:
    theirs = {"authorizedkeysfile": "/etc/ssh/echodiary/admin.keys .ssh/authorized_keys"} if "user=deploy" in whom else {}
    values = {**sshd.parse(SAID), **{key: [value] for key, value in {**theirs, **changed}.items()}}
    return sshd.Asked(whom, values)


def told(seen: sshd.Seen, known: Known = KNOWN) -> dict[str, Finding]:
    return {str(one.resource): one for one in sshd.plan(seen, known)}


def seen(*answers: sshd.Asked, hand: str = "", **more: Any) -> sshd.Seen:
    return sshd.Seen(True, answers, lines=(*sshd_files.parse(HAND, hand), *LINES), words=("-D",), declared={PATH: OURS}, **more)


@pytest.mark.parametrize("whom", ["", WHOM, "user=root,host=x,addr=192.0.2.1"])
def test_what_it_says_where_it_is_as_declared_is_quiet(whom: str) -> None:
    assert told(seen(answer(whom))) == {}


def test_a_host_without_sshd_has_nothing_to_say() -> None:
    assert told(sshd.Seen()) == {}


@pytest.mark.parametrize(
    ("line", "printed"),
    [
        ("PermitRootLogin yes", {"permitrootlogin": "yes"}),
        ("PasswordAuthentication yes", {"passwordauthentication": "yes"}),
        ("ClientAliveInterval 5m", {"clientaliveinterval": "300"}),
        ("AuthorizedKeysCommand /usr/bin/curl", {"authorizedkeyscommand": "/usr/bin/curl"}),
        ("TrustedUserCAKeys /tmp/ca", {"trustedusercakeys": "/tmp/ca"}),
        ("ForceCommand /tmp/x", {"forcecommand": "/tmp/x"}),
        ("Subsystem sftp /tmp/x", {"subsystem": "sftp /tmp/x"}),
        ("AcceptEnv LD_PRELOAD", {"acceptenv": "LD_PRELOAD"}),
        ("PermitUserEnvironment yes", {"permituserenvironment": "yes"}),
        ("GatewayPorts clientspecified", {"gatewayports": "clientspecified"}),
        ("Port 2222", {"port": "2222"}),
        ("DenyUsers deploy", {"denyusers": "deploy"}),
        ("HostKeyAlgorithms ssh-rsa", {"hostkeyalgorithms": "ssh-rsa"}),
    ],
)
def test_each_hand_is_named_with_the_line_that_says_so(line: str, printed: dict[str, str]) -> None:
    found = told(seen(answer(WHOM, **printed), hand=f"# by hand\n{line}\n"))
    keyword, value = next(iter(printed.items()))
    (one,) = found.values()
    assert str(one.resource) == f"sshd:{keyword}"
    assert one.fields["in force"][0] == value
    assert f"{HAND}:2" in one.why
    assert HAND in one.heal[-1], "the drop-in goes, and what runs reads the rest"


def test_of_several_ports_the_line_is_named_that_says_one_too_many() -> None:
    asked = sshd.Asked(WHOM, {**answer(WHOM).values, "port": ["22", "2222"]})
    (one,) = told(seen(asked, hand="Port 22\nPort 2222\n")).values()
    assert f"{HAND}:2" in one.why


def test_a_line_in_a_package_s_file_is_for_people_to_mend() -> None:
    changed = sshd.Seen(True, (answer(forcecommand="/tmp/x"),), lines=tuple(sshd_files.parse(sshd_files.MAIN, "ForceCommand /tmp/x\n")))
    (one,) = told(changed).values()
    assert (one.heal, sshd_files.MAIN in one.step) == ((), True)


def test_what_is_declared_and_not_there_yet_is_no_doing_of_anybody_s() -> None:
    fresh = sshd.Seen(True, (answer(permitrootlogin="yes", maxauthtries="6"),), lines=LINES, words=("-D",), declared={PATH: ""})
    assert told(fresh) == {}


def test_a_refused_configuration_locks_everybody_out_at_the_next_start() -> None:
    found = told(sshd.Seen(True, refusal=f"{HAND}: terminating, 1 bad configuration options"))
    assert [(name, one.degraded) for name, one in found.items()] == [("sshd:configuration", True)]


def test_what_somebody_s_block_says_is_told_with_whom_it_is_for() -> None:
    whom = "user=root,host=elsewhere.invalid,addr=192.0.2.1"
    found = told(seen(answer(WHOM), answer(whom, permitrootlogin="yes"), hand="Match User root\nPermitRootLogin yes\nMatch all\n"))
    assert list(found) == ["sshd:permitrootlogin"]
    assert "user=root" in found["sshd:permitrootlogin"].why
    assert "Match User root" in found["sshd:permitrootlogin"].why


def test_only_for_strangers_blocks_more_than_one_is_asked_for() -> None:
    assert sshd.contexts(LINES, KNOWN) == [WHOM]
    assert sshd.contexts(tuple(sshd_files.parse(sshd_files.MAIN, MAIN)), KNOWN) == [""]
    hand = tuple(
        sshd_files.parse(HAND, "Match Address 10.1.0.0/16,!10.1.2.3 User eve\n X11Forwarding yes\nMatch LocalPort 2222\nUseDNS yes\n")
    )
    asked = sshd.contexts((*hand, *LINES), KNOWN)
    assert asked[0] == WHOM
    assert "user=eve,host=elsewhere.invalid,addr=10.1.0.0" in asked
    assert any("lport=2222" in one for one in asked)
    assert {one.split(",")[0] for one in asked} >= {"user=root", "user=nobody", "user=deploy"}


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups\0", ("-D",)),
        ("sshd: /usr/sbin/sshd -D -o PermitRootLogin=yes [listener] 1 of 10-100 startups", ("-D", "-o", "PermitRootLogin=yes")),
        ("/usr/sbin/sshd\0-D\0-f\0/tmp/x\0", ("-D", "-f", "/tmp/x")),
        ("python3\0x", None),
        ("", None),
    ],
)
def test_the_command_line_is_in_its_title(title: str, words: tuple[str, ...] | None) -> None:
    assert sshd.words_of(title) == words
    more = sshd.Seen(True, (answer(),), lines=LINES, words=words)
    assert ("sshd:command-line" in told(more)) is (words not in (("-D",), None))


def test_what_it_has_not_read_yet_is_told() -> None:
    files = {sshd_files.MAIN: 100.0, HAND: 200.0}
    found = told(seen(answer(), loaded=150.0, changed=files))
    assert [(name, " ".join(one.heal)) for name, one in found.items()] == [("sshd:loaded", "systemctl reload ssh")]
    assert HAND in found["sshd:loaded"].why
    assert told(seen(answer(), loaded=199.5, changed=files)) == {}


@pytest.mark.parametrize(
    ("keyword", "found", "wanted", "same"),
    [
        ("permitrootlogin", "without-password", "prohibit-password", True),
        ("logingracetime", "120", "2m", True),
        ("logingracetime", "5400", "1h30m", True),
        ("clientaliveinterval", "60", "1h", False),
        ("passwordauthentication", "no", "False", True),
        ("ciphers", "a,b,c", "+c", True),
        ("ciphers", "a,b", "+c", False),
        ("ciphers", "a,b", "-c*", True),
        ("ciphers", "a,c1", "-c*", False),
        ("ciphers", "c,a", "^c", True),
        ("ciphers", "a,c", "^c", False),
        ("subsystem", "sftp internal-sftp", "sftp /usr/lib/openssh/sftp-server", True),
        ("subsystem", "sftp /usr/lib/openssh/sftp-server -l INFO", "sftp /usr/lib/openssh/sftp-server -l INFO", True),
    ],
)
def test_words_of_one_meaning(keyword: str, found: str, wanted: str, same: bool) -> None:
    assert sshd_words.agree(keyword, [found], [wanted]) is same


def test_files_are_read_where_they_are_included(tmp_path: Path) -> None:
    (tmp_path / "b.conf").write_text("PermitRootLogin yes\nMatch User eve\nX11Forwarding yes\n")
    files = {sshd_files.MAIN: f"Include {tmp_path}/*.conf\nPermitRootLogin no\nMatch User x\nSkeyAuthentication yes\nMatch all\nUseDNS=no"}
    lines = sshd_files.read(open_file=lambda path: files.get(path) or reading.text(path))
    said = [(one.keyword, one.value, one.match) for one in lines if one.keyword not in ("include", "match")]
    assert said == [
        ("permitrootlogin", "yes", ""),
        ("x11forwarding", "yes", "User eve"),
        ("permitrootlogin", "no", ""),
        ("kbdinteractiveauthentication", "yes", "User x"),
        ("usedns", "no", ""),
    ]
