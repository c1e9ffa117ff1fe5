# SPDX-License-Identifier: GPL-3.0-or-later
"""The one file that HAProxy reads: made of what this host was given or issued, and never of anything that was not judged."""

from __future__ import annotations

import os
import sys

from . import config as configs
from . import openssl, pair, places
from .config import Config
from .errors import TlsError
from .pair import Pair


def ensure(config: Config) -> bool:
    """As it has to be, before HAProxy reads it; whether it changed. What cannot be had leaves it as it is: something has to be served."""
    place = config["site"]
    try:
        wanted = made(config)
    except TlsError as error:
        if os.path.exists(place):
            print(f"{error}; the certificate that was there is served", file=sys.stderr)
            return False
        if not config["acme"]:
            raise
        wanted = None
    if wanted is None and config["acme"] and not os.path.exists(place):
        places.write(place, placeholder(config, key_of("/")).text)
        return True
    return wanted is not None and put(place, wanted)


def made(config: Config, root: str = "/") -> Pair | None:
    """Of this host's own files, or of what it was issued; nothing where it comes with the configuration, or none was issued yet."""
    if config["acme"]:
        issued = Pair(pair.parse(places.text(f"{config['site']}.issued")).chain, key_of(root))
        return issued if issued.chain and pair.judge(issued, config["names"], f"{config['site']}.issued") else None
    if not config["certificate_file"]:
        return None
    found = from_files(config)
    pair.judge(found, config["names"], config["certificate_file"])
    return found


def key_of(root: str) -> str:
    """That git says, whoever signs for it."""
    found = pair.parse(places.text(os.path.join(root, configs.KEY))).key
    pair.public(found, f"/{configs.KEY}")
    return found


def placeholder(config: Config, key: str) -> Pair:
    """Signed by nobody, for a day: with it HAProxy starts before any authority was asked."""
    names = "subjectAltName=" + ",".join(f"DNS:{name}" for name in config["names"])
    words = ("-days", "1", "-subj", "/CN=placeholder", "-addext", names)
    return Pair(pair.parse(openssl.asked("req", "-x509", "-new", "-key", "/dev/stdin", *words, said=key)).chain, key)


def from_files(config: Config) -> Pair:
    """The key from its own file, even where the other one has a key, too."""
    for path in (config["certificate_file"], config["key_file"]):
        if not os.path.exists(path):
            raise TlsError(f"{path} is not on this host; put it there (haproxy_tls_certificate_file, haproxy_tls_key_file)")
    chain, key = (pair.parse(places.text(config[one])) for one in ("certificate_file", "key_file"))
    return Pair(chain.chain, key.key)


def put(place: str, wanted: Pair) -> bool:
    """What was issued is kept beside it, so that everybody can tell whether the file is still that."""
    if places.text(f"{place}.issued") != wanted.issued:
        places.write(f"{place}.issued", wanted.issued)
    if places.text(place) == wanted.text:
        return False
    places.write(place, wanted.text)
    return True


def stage(root: str) -> str:
    """Before anything is touched: what would be served is judged, and put where HAProxy looks for it when it judges its own."""
    config = configs.read(root)
    place = os.path.join(root, configs.STAGED)
    found = issued_or_placeholder(config, root) if config["acme"] else made(config, root) or pair.parse(places.text(place))
    pair.judge(found, config["names"], config["certificate_file"] or config["site"])
    if not os.path.exists(place):
        places.write(place, found.text)
    return ""


def issued_or_placeholder(config: Config, root: str) -> Pair:
    """For another key or another name there will be another one: until then the old one is served, which fits the old key."""
    key = key_of(root)
    try:
        found = made(config, root)
    except TlsError:
        found = None
    return found or placeholder(config, key)


def there(config: Config) -> pair.Facts:
    """Of what the file holds."""
    found = pair.parse(places.text(config["site"]))
    if not found.chain:
        raise TlsError(f"{config['site']} holds no certificate; systemctl reload haproxy makes it anew")
    return pair.facts(found.chain[0])


def is_installed() -> bool:
    """Whether anything can be judged here yet."""
    try:
        openssl.asked("version")
    except TlsError:
        return False
    return True
