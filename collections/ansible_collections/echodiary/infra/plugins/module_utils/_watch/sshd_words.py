# SPDX-License-Identifier: GPL-3.0-or-later
"""What sshd's keywords may be called, and what it prints for them (``sshd -T``, OpenSSH 9.2 to 10.0). Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from .shapes import Known

#: said several times, each counts
SEVERAL = frozenset(
    {"port", "listenaddress", "hostkey", "acceptenv", "subsystem", "setenv", "allowusers", "denyusers", "allowgroups", "denygroups"}
)
_SECONDS = frozenset({"clientaliveinterval", "logingracetime"})
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_SAME = {"without-password": "prohibit-password", "true": "yes", "false": "no", "prohibit-password": "prohibit-password"}

#: who gets in is decided by these; anything but this is somebody's doing, whatever else is declared
USUAL: Mapping[str, tuple[str, ...]] = {
    "permitemptypasswords": ("no",),
    "permituserenvironment": ("no",),
    "hostbasedauthentication": ("no",),
    "ignorerhosts": ("yes",),
    "strictmodes": ("yes",),
    "usepam": ("yes",),
    "pubkeyauthentication": ("yes",),
    "authenticationmethods": ("any",),
    "authorizedkeyscommand": ("none",),
    "authorizedprincipalscommand": ("none",),
    "authorizedprincipalsfile": ("none",),
    "trustedusercakeys": ("none",),
    "revokedkeys": ("none",),
    "authorizedkeysfile": (".ssh/authorized_keys .ssh/authorized_keys2",),
    "forcecommand": ("none",),
    "chrootdirectory": ("none",),
    "gatewayports": ("no",),
    "permittunnel": ("no",),
    "hostkeyagent": ("none",),
    "pamservicename": ("sshd",),
    "securitykeyprovider": ("internal",),
    "refuseconnection": ("no",),
    "loglevel": ("INFO",),
}
#: any of these is usual, and nothing beside them
AMONG: Mapping[str, tuple[str, ...]] = {
    "subsystem": ("sftp /usr/lib/openssh/sftp-server", "sftp internal-sftp"),
    "acceptenv": ("LANG", "LC_*", "COLORTERM", "NO_COLOR"),
    "hostkey": tuple(f"/etc/ssh/ssh_host_{kind}_key" for kind in ("rsa", "ecdsa", "ed25519")),
    "allowusers": (),
    "denyusers": (),
    "allowgroups": (),
    "denygroups": (),
}


def usual(known: Known) -> dict[str, list[str]]:
    """``port`` only where it is known what components listen on."""
    found = {keyword: list(values) for keyword, values in {**USUAL, **AMONG}.items()}
    ports = sorted(
        {one["port"] for one in known.listens or () if one["for"] == "admin" and one["protocol"] == "tcp" and "operators" in one["from"]}
    )
    return {**found, "port": [str(port) for port in ports]} if ports else found


def agree(keyword: str, found: Sequence[str], wanted: Sequence[str]) -> bool:
    """Is what ``sshd -T`` prints what these lines of a configuration ask for?"""
    if keyword in ("port", *AMONG):
        return _each(keyword, found) <= _each(keyword, [*wanted, *AMONG.get(keyword, ())])
    if len(wanted) == 1 and wanted[0][:1] in ("+", "-", "^"):
        return _adjusted(found[0].split(","), wanted[0][0], wanted[0][1:].split(","))
    return [_plain(keyword, one) for one in found] == [_plain(keyword, one) for one in wanted]


def _each(keyword: str, values: Sequence[str]) -> set[str]:
    """A line may name several at once, but for those that take words of their own."""
    split = [[one] if keyword in ("subsystem", "hostkey") else one.split() for one in values]
    return {_plain(keyword, one) for listed in split for one in listed}


def _adjusted(found: Sequence[str], sign: str, asked: Sequence[str]) -> bool:
    """Of a list that is changed against the one that sshd has built in: what was asked for, and no more can be said."""
    if sign == "-":
        import fnmatch  # hardly anybody takes something out of a list

        return not any(fnmatch.fnmatchcase(one, pattern) for one in found for pattern in asked)
    return list(found[: len(asked)]) == list(asked) if sign == "^" else set(asked) <= set(found)


def _plain(keyword: str, value: str) -> str:
    text = " ".join(value.replace('"', "").split())
    if keyword in _SECONDS:
        return str(_seconds(text))
    return _SAME.get(text.lower(), text)


def _seconds(text: str) -> int | str:
    parts = re.findall(r"(\d+)([smhdw]?)", text.lower())
    return sum(int(number) * _UNITS[unit] for number, unit in parts) if parts else text
