# SPDX-License-Identifier: GPL-3.0-or-later
"""What people typed becomes what is meant, or is refused with what would be understood: nothing was written by then. Pure."""

from __future__ import annotations

import ipaddress
import re
import shlex
from collections.abc import Mapping
from pathlib import Path

from .._common.errors import SpecError
from .shapes import Answers, Host, Image

#: question -> what it asks for, as an example
QUESTIONS = {
    "app": "app=shop",
    "image": "image=ghcr.io/you/shop:1.0",
    "app_port": "app_port=8080",
    "addresses": "addresses=admin@203.0.113.10,admin@203.0.113.11",
    "domains": "domains=shop.example.org",
    "migrate": "-e \"migrate='/app/migrate up'\"",
}
#: roles of this collection, groups of the inventory, and words that playbooks take
TAKEN = {path.name for path in (Path(__file__).parents[3] / "roles").iterdir()} | {
    "all",
    "app",
    "component",
    "monitoring",
    "release",
    "ungrouped",
}
_NAME = re.compile(r"[a-z][a-z0-9_]{0,29}")
_REGISTRY = r"(?:localhost|[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)(?::[0-9]{1,5})?/|[A-Za-z0-9-]+:[0-9]{1,5}/"
_IMAGE = re.compile(
    rf"(?P<repository>(?:{_REGISTRY})?[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*)"
    r"(?::(?P<tag>[A-Za-z0-9_][A-Za-z0-9._-]{0,127}))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?"
)
_DOMAIN = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_USER = re.compile(r"[A-Za-z_][A-Za-z0-9._-]*")
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-[0-9]")


def read(given: Mapping[str, str], known: list[Host]) -> Answers:
    """``known``: hosts of another inventory, where ``addresses`` was its path. SpecError for the first thing that is not understood."""
    missing = [name for name in ("app", "image", "app_port") if not given[name].strip()]
    if missing:
        typed = " ".join(f"-e {QUESTIONS[name]}" for name in missing)
        raise SpecError(
            f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing; add {typed}, or type it at a terminal, which asks"
        )
    addresses = given["addresses"].strip()
    return Answers(
        app=_name(given["app"].strip()),
        image=_image(given["image"].strip()),
        port=_port("app_port", given["app_port"].strip()),
        hosts=known or _hosts(addresses),
        region=_region(addresses),
        domains=_domains(given["domains"]),
        migrate=_migrate(given["migrate"].strip()),
    )


def is_inventory(addresses: str) -> bool:
    """Whether it is the path of one."""
    return "/" in addresses


def _name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise SpecError(f"app '{text}' is no name of an application: a-z, 0-9 and _, 30 at most, a letter first, as in {QUESTIONS['app']}")
    if text in TAKEN:
        raise SpecError(f"app '{text}' is the name of something else here; choose another one, as in {QUESTIONS['app']}")
    return text


def _image(text: str) -> Image:
    found = _IMAGE.fullmatch(text)
    if not found or not (found["tag"] or found["digest"]):
        raise SpecError(f"image '{text}' has to be a reference with a tag or a digest (sha256:…), as in {QUESTIONS['image']}")
    return Image(found["repository"], found["tag"] or "", found["digest"] or "")


def _port(what: str, text: str) -> int:
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise SpecError(f"{what} '{text}' has to be a port from 1 to 65535: where the application listens in its container")
    return int(text)


def _words(text: str) -> list[str]:
    return list(dict.fromkeys(word for word in re.split(r"[\s,]+", text) if word))


def _region(addresses: str) -> str:
    place, _, region = addresses.partition(":")
    if place != "aws":
        return ""
    if not _REGION.fullmatch(region):
        raise SpecError(f"addresses '{addresses}' has to name the region as well, as in addresses=aws:eu-central-1")
    return region


def _hosts(addresses: str) -> list[Host]:
    if addresses.partition(":")[0] == "aws":
        return []
    hosts = [_host(word) for word in _words(addresses)]
    twice = sorted({one.name for one in hosts if [other.name for other in hosts].count(one.name) > 1})
    if twice:
        raise SpecError(f"addresses name {' and '.join(twice)} twice; leave one of them")
    return hosts


def _host(word: str) -> Host:
    found = re.fullmatch(r"(?:(?P<user>[^@]*)@)?(?P<address>\[[^\]]*\]|[^:@]*)(?::(?P<port>[^:]*))?", word)
    address = found["address"].strip("[]") if found else ""
    if not found or not _is_address(address) or not (found["user"] is None or _USER.fullmatch(found["user"])):
        raise SpecError(f"address '{word}' has to be [user@]address[:port], as in admin@203.0.113.10")
    login: dict[str, str | int] = {"ansible_user": found["user"]} if found["user"] else {}
    port: dict[str, str | int] = {"ansible_port": _port(f"address '{word}': port", found["port"])} if found["port"] is not None else {}
    return Host(address, {**login, **port})


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        # What ends in a number is an address that is none.
        return bool(_DOMAIN.fullmatch(text.lower())) and not text.rpartition(".")[2].isdecimal()
    return True


def _domains(text: str) -> list[str]:
    names = [word.lower() for word in _words(text)]
    for name in names:
        if not _DOMAIN.fullmatch(name):
            raise SpecError(f"domain '{name}' has to be a host name without scheme, port, path and *, as in {QUESTIONS['domains']}")
    return names


def _migrate(text: str) -> list[str]:
    if text.lower() in ("", "no", "none", "false"):
        return []
    if re.search(r"\{\{|\{%|\{#", text):
        raise SpecError("migrate holds a template ({{, {% or {#), which would be filled in; put that into a script of the image")
    try:
        return shlex.split(text)
    except ValueError as error:
        raise SpecError(
            f"migrate cannot be split into words ({str(error).lower()}); write it as in a shell: {QUESTIONS['migrate']}"
        ) from None
