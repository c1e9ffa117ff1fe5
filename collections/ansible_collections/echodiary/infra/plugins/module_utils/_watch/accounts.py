# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may enter and who may do anything: accounts, passwords, members of groups that come to root, and keys that open an account."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import NamedTuple

from .._kinds import model
from . import account_files, entering, keys
from .account_files import Account
from .shapes import Finding, Known, as_it_is

NAME = "accounts"
#: whoever is in one of these can become root. ``adm`` reads logs: by choice
ROOT_GROUPS = ("root", "sudo", "docker", "wheel", "admin", "shadow", "disk", "lxd", "libvirt", "kmem")
#: below, accounts are the system's own (adduser.conf(5)); the last is nobody's
FIRST_UID, NOBODY = 1000, 65534
#: no shell to work in
NO_SHELLS = ("nologin", "false", "sync", "halt", "shutdown")
#: packages that give their account a shell: people work as that account
SHELLS_OF_PACKAGES = {"postgres": "/bin/bash"}
NOLOGIN = "/usr/sbin/nologin"


class Seen(NamedTuple):
    """``using``: the accounts that this run came in by."""

    accounts: tuple[Account, ...] = ()
    groups: tuple[account_files.Group, ...] = ()
    keys: tuple[keys.Key, ...] = ()
    using: frozenset[str] = frozenset()


def observe(known: Known) -> Seen:
    accounts = account_files.accounts()
    return Seen(accounts, account_files.groups(), tuple(keys.read(accounts, known)), entering.names(accounts))


def plan(seen: Seen, known: Known) -> Iterator[Finding]:
    for account in seen.accounts:
        yield from _account(account, seen, known)
    yield from _members(seen, known)
    yield from (_key(one, seen) for one in seen.keys)


def _account(account: Account, seen: Seen, known: Known) -> Iterator[Finding]:
    """At most one about the account, and one about its password."""
    told = _whose(account, seen, known)
    if told:
        yield told
    elif account.hashed or account.empty:
        yield _password(account, seen)


def _whose(account: Account, seen: Seen, known: Known) -> Finding | None:
    if account.name == "root":
        return None
    resource = model.Resource("account", account.name)
    if account.uid == 0:
        return _mine(Finding(resource, "uid 0: it is root under another name", heal=("userdel", "-f", account.name)), account.name, seen)
    others = [one.name for one in seen.accounts if one.uid == account.uid and one.name != account.name]
    if others and account.name not in known.users:
        return Finding(resource, f"shares uid {account.uid} with {', '.join(others)}", step=f"usermod -u NUMBER_OF_ITS_OWN {account.name}")
    shell = _has_shell(account)
    if _is_system(account):
        usual = not shell or account.name in known.users or SHELLS_OF_PACKAGES.get(account.name) == account.shell
        return None if usual else _mine(_with_shell(account), account.name, seen)
    if shell and account.name not in known.users and (account.hashed or account.empty or _opened(account, seen)):
        how = "a password" if account.hashed else "no password at all" if account.empty else "keys"
        heal = ("usermod", "--lock", "--shell", NOLOGIN, account.name)
        content = as_it_is(f"{account.uid} with {how}")
        return _mine(Finding(resource, f"may log in (with {how}), and nobody declared it", heal=heal, content=content), account.name, seen)
    return None


def _is_system(account: Account) -> bool:
    return account.uid < FIRST_UID or account.uid == NOBODY


def _has_shell(account: Account) -> bool:
    """None named is /bin/sh."""
    return account.shell.rpartition("/")[2] not in NO_SHELLS


def _opened(account: Account, seen: Seen) -> bool:
    return any(one.account == account.name for one in seen.keys)


def _with_shell(account: Account) -> Finding:
    heal = ("usermod", "--shell", NOLOGIN, account.name)
    fields = {"shell": [account.shell or "/bin/sh", NOLOGIN]}
    return Finding(model.Resource("account", account.name), "an account of the system that one may work in", fields, heal=heal)


def _password(account: Account, seen: Seen) -> Finding:
    why = "nothing is asked of who logs in with it" if account.empty else "one may log in with it, and nobody declared that"
    return _mine(Finding(model.Resource("password", account.name), why, heal=("passwd", "-l", account.name)), account.name, seen)


def _members(seen: Seen, known: Known) -> Iterator[Finding]:
    """By number as well: a group of another name with root's is root's."""
    numbers = {group.gid: group.name for group in reversed(seen.groups) if group.name in ROOT_GROUPS}
    for group in seen.groups:
        name = numbers.get(group.gid, "")
        for member in sorted(set(group.members)) if name else ():
            if group.name not in known.users.get(member, ()) and member != "root":
                yield _mine(_member(group.name, member, name), member, seen)
    for account in seen.accounts:
        name = numbers.get(account.gid, "")
        if name and name != account.name and account.uid != 0 and name not in known.users.get(account.name, ()):
            why = f"its own group is {name}, which comes to root"
            yield Finding(model.Resource("member", f"{name}:{account.name}"), why, step=f"usermod -g users {account.name}")


def _member(group: str, member: str, stands_for: str) -> Finding:
    why = f"in group {group}, which comes to root, and nobody declared that"
    why = why if group == stands_for else f"in group {group}, which has the number of {stands_for}"
    return Finding(model.Resource("member", f"{group}:{member}"), why, heal=("gpasswd", "-d", member, group))


def _key(key: keys.Key, seen: Seen) -> Finding:
    told = f" {key.comment}" if key.comment else ""
    options = f", with {key.options}" if key.options else ""
    why = f"opens {key.account}{options}: {key.kind}{told} in {key.path}"
    heal = ("sed", "-i", "--follow-symlinks", f"\\,{key.blob},d", key.path)
    fields = {"options": [key.options, None]} if key.options else {}
    resource = model.Resource("key", f"{key.account}:{key.fingerprint}")
    return _mine(Finding(resource, why, fields, heal=heal, content=as_it_is(key.options)), key.account, seen)


def _mine(found: Finding, account: str, seen: Seen) -> Finding:
    """Nobody saws off the branch that this run sits on."""
    if account not in seen.using:
        return found
    return found._replace(why=f"{found.why}; this run came in by {account}, so people have to end it", heal=(), step=shlex.join(found.heal))
