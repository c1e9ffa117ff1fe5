# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may enter: every account, password, membership and key that nobody declared, and no other."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._watch import account_files, accounts, allowed, entering, keys, sshd_files
from ansible_collections.echodiary.infra.plugins.module_utils._watch.account_files import Account, Group
from ansible_collections.echodiary.infra.plugins.module_utils._watch.shapes import Finding, Known

PASSWD = """\
root:x:0:0:root:/root:/bin/bash
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
sync:x:4:65534:sync:/bin:/bin/sync
www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
deploy:x:1001:1001::/home/deploy:/bin/bash
postgres:x:105:110::/var/lib/postgresql:/bin/bash
"""
SHADOW = """\
root:*:20000:0:99999:7:::
daemon:*:20000::::::
sync:*:1::::::
www-data:*:1::::::
nobody:*:1::::::
deploy:!:20000::::::
postgres:!:1::::::
"""
GROUP = "root:x:0:\nadm:x:4:deploy\nsudo:x:27:deploy\ndocker:x:999:\nshadow:x:42:\nusers:x:100:eve\ndeploy:x:1001:\n"
KNOWN = Known(users={"deploy": ("sudo",)})
KEY = "AAAAC3NzaC1lZDI1NTE5AAAAIOE/PhwYYK/j8sL2128BU+xF9bvXCwUTfIwfBhm/C3+3"


def seen(passwd: str = PASSWD, shadow: str = SHADOW, group: str = GROUP, **more: object) -> accounts.Seen:
    return accounts.Seen(account_files.parse_accounts(passwd, shadow), account_files.parse_groups(group), **more)  # type: ignore[arg-type]


def told(found: accounts.Seen, known: Known = KNOWN) -> dict[str, Finding]:
    return {str(one.resource): one for one in accounts.plan(found, known)}


def key(account: str, **more: str) -> keys.Key:
    return keys.Key(account, f"/home/{account}/.ssh/authorized_keys", "ssh-ed25519", KEY, keys.fingerprint(KEY), **more)


def test_a_quiet_host_is_quiet() -> None:
    assert told(seen()) == {}


@pytest.mark.parametrize(
    ("passwd", "shadow", "group", "resource", "heal"),
    [
        ("toor:x:0:0::/root:/bin/sh\n", "toor:$6$x:1:::::: \n", "", "account:toor", "userdel -f toor"),
        ("twin:x:1001:1001::/home/twin:/bin/bash\n", "", "", "account:twin", ""),
        (
            "eve:x:1002:100::/home/eve:/bin/bash\n",
            "eve:$y$abc:1::::::\n",
            "",
            "account:eve",
            "usermod --lock --shell /usr/sbin/nologin eve",
        ),
        ("eve:x:1002:100::/home/eve:/bin/bash\n", "eve::1::::::\n", "", "account:eve", "usermod --lock --shell /usr/sbin/nologin eve"),
        ("games:x:5:60::/usr/games:/bin/sh\n", "games:*:1::::::\n", "", "account:games", "usermod --shell /usr/sbin/nologin games"),
        ("games:x:5:60::/usr/games:\n", "games:*:1::::::\n", "", "account:games", "usermod --shell /usr/sbin/nologin games"),
        ("list:x:38:38::/var/list:/usr/sbin/nologin\n", "list:$y$abc:1::::::\n", "", "password:list", "passwd -l list"),
        ("", "", "lxd:x:120:eve\n", "member:lxd:eve", "gpasswd -d eve lxd"),
        ("", "", "helpers:x:27:eve\n", "member:helpers:eve", "gpasswd -d eve helpers"),
        ("eve:x:1002:42::/home/eve:/usr/sbin/nologin\n", "", "", "member:shadow:eve", ""),
    ],
)
def test_each_hand_is_one_finding(passwd: str, shadow: str, group: str, resource: str, heal: str) -> None:
    found = told(seen(PASSWD + passwd, SHADOW + shadow, GROUP + group))
    assert [" ".join(one.heal) for name, one in found.items() if name == resource] == [heal]
    assert set(found) - {resource} <= {"member:root:toor"}


@pytest.mark.parametrize("account", ["root", "deploy"])
@pytest.mark.parametrize("hashed", ["$y$j9T$abc", ""])
def test_a_password_where_none_should_be(account: str, hashed: str) -> None:
    shadow = "".join(f"{account}:{hashed}:1::::::\n" if line.startswith(f"{account}:") else f"{line}\n" for line in SHADOW.splitlines())
    found = told(seen(shadow=shadow))
    assert [" ".join(one.heal) for one in found.values()] == [f"passwd -l {account}"]
    assert list(found) == [f"password:{account}"]


def test_who_has_no_password_and_no_key_cannot_enter() -> None:
    assert told(seen(PASSWD + "eve:x:1002:100::/home/eve:/bin/bash\n", SHADOW + "eve:!$y$abc:1::::::\n")) == {}


def test_keys_let_in_whom_nobody_declared() -> None:
    found = told(
        seen(PASSWD + "eve:x:1002:100::/home/eve:/bin/bash\n", keys=(key("eve", options='command="/bin/sh"', comment="eve@home"),))
    )
    assert set(found) == {"account:eve", f"key:eve:{keys.fingerprint(KEY)}"}
    assert all(word in found[f"key:eve:{keys.fingerprint(KEY)}"].why for word in ('command="/bin/sh"', "eve@home"))


def test_nobody_saws_off_the_branch_that_he_sits_on() -> None:
    eve = "eve:x:1002:27::/home/eve:/bin/bash\n"
    found = told(
        seen(PASSWD + eve, SHADOW + "eve:$y$a:1::::::\n", GROUP + "docker:x:999:eve\n", keys=(key("eve"),), using=frozenset({"eve"}))
    )
    assert {"account:eve", "member:docker:eve", f"key:eve:{keys.fingerprint(KEY)}"} <= set(found)
    assert [one.heal for one in found.values()] == [()] * len(found)
    assert all(one.step for one in found.values())


def test_a_declared_group_is_no_finding_and_another_is() -> None:
    known = Known(users={"deploy": ("sudo", "docker")})
    group = GROUP.replace("docker:x:999:", "docker:x:999:deploy")
    assert told(seen(group=group), known) == {}
    assert list(told(seen(group=group))) == ["member:docker:deploy"]


@pytest.mark.parametrize(
    ("uids", "environment", "names"),
    [
        ([0, 0, 1000, 0], {"SUDO_USER": "admin"}, {"admin"}),
        ([0, 1000, 0], {}, {"admin"}),
        ([0, 0], {"SUDO_USER": "admin"}, {"admin"}),
        ([0, 0], {}, {"root"}),
    ],
)
def test_who_came_in(uids: list[int], environment: dict[str, str], names: set[str]) -> None:
    some = [Account("root", 0, 0, "/root", "/bin/sh"), Account("admin", 1000, 1000, "/home/admin", "/bin/bash")]
    assert entering.of(some, uids, environment) == names


def test_this_very_process_has_come_from_somewhere() -> None:
    assert entering.names(account_files.accounts())


# -- keys ---------------------------------------------------------------------------------------------------------------


def test_a_fingerprint_is_as_ssh_keygen_shows_it(tmp_path: Path) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "me", "-f", str(tmp_path / "key")], check=True)
    shown = subprocess.run(["ssh-keygen", "-l", "-f", str(tmp_path / "key")], capture_output=True, text=True, check=True).stdout
    (found,) = keys.parse("me", "x", (tmp_path / "key.pub").read_text())
    assert found.fingerprint == shown.split()[1]
    assert found.comment == "me"


@pytest.mark.parametrize(
    ("line", "options"),
    [
        (f"ssh-ed25519 {KEY}", ""),
        (f"  ssh-ed25519   {KEY}  some body ", ""),
        (f'from="10.0.0.0/8",command="echo \\"a b\\" # no" ssh-ed25519 {KEY} x', 'from="10.0.0.0/8",command="echo \\"a b\\" # no"'),
        (f"cert-authority ssh-ed25519 {KEY}", "cert-authority"),
        (f"restrict,pty sk-ssh-ed25519@openssh.com {KEY} token", "restrict,pty"),
    ],
)
def test_lines_that_are_keys(line: str, options: str) -> None:
    assert [(one.blob, one.options) for one in keys.parse("eve", "x", f"# {line}\n\n{line}\nno key\n")] == [(KEY, options)]


def test_keys_are_sought_wherever_sshd_looks() -> None:
    text = "AuthorizedKeysFile /etc/keys/%u %h/.k%U .ssh/x\nMatch User deploy\n AuthorizedKeysFile none /etc/ssh/echodiary/admin.keys\n"
    places = keys.places(sshd_files.parse("a", text))
    assert keys.paths(places, Account("eve", 7, 7, "/home/eve", "")) == [
        "/etc/keys/eve", "/home/eve/.k7", "/home/eve/.ssh/x", "/etc/ssh/echodiary/admin.keys",
    ]  # fmt: skip
    assert keys.places(sshd_files.parse("a", "Match User deploy\nAuthorizedKeysFile /x\n")) == (*keys.DEFAULT, "/x")


def test_a_declared_key_may_stand_in_the_home_of_a_declared_account_and_of_no_other(tmp_path: Path) -> None:
    both = [Account(name, 1000, 1000, str(tmp_path / name), "/bin/bash") for name in ("deploy", "eve")]
    for account in both:
        (tmp_path / account.name / ".ssh").mkdir(parents=True)
        (tmp_path / account.name / ".ssh/authorized_keys").write_text(f"ssh-ed25519 {KEY} me\n")
    known = Known(users={"deploy": ()}, files={"/etc/ssh/echodiary/admin.keys": f"# x\nssh-ed25519 {KEY} admin\n"})
    assert [one.account for one in keys.read(both, known)] == ["eve"]
    assert list(keys.read(both, known._replace(paths=frozenset({str(tmp_path / "eve/.ssh/authorized_keys")})))) == []
    assert [one.account for one in keys.read(both, Known())] == ["deploy", "eve"]


def test_a_group_file_names_its_members() -> None:
    assert account_files.parse_groups("sudo:x:27:a,b\nbad\n+:::\n") == (Group("sudo", 27, ("a", "b")),)


def test_who_lets_something_be_lets_be_exactly_that() -> None:
    """An account with a key that gets a password, and a key that loses its command, are told again."""
    eve = PASSWD + "eve:x:1002:100::/home/eve:/bin/bash\n"
    before = told(seen(eve, keys=(key("eve", options='command="true"'),)))
    after = told(seen(eve, SHADOW + "eve:$y$abc:1::::::\n", keys=(key("eve"),)))
    assert list(before) == list(after)
    spec: Any = {"host": "app1", "aspects": [], "allowed": [{"resources": ["**"], "reason": "us", "until": "", "hosts": []}], "remove": []}
    judged = [allowed.judge(one, spec, KNOWN, "2026-01-31") for one in before.values()]
    assert all(one.allowed for one in judged)
    later = KNOWN._replace(kept={one.finding.resource.name: one.kept for one in judged if one.kept})
    assert [allowed.judge(one, spec, later, "2026-01-31").allowed for one in after.values()] == [False, False]
    assert [allowed.judge(one, spec, later, "2026-01-31").allowed for one in before.values()] == [True, True]
