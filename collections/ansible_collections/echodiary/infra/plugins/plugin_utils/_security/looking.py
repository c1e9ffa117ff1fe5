# SPDX-License-Identifier: GPL-3.0-or-later
"""The checks by their names: each looks with a tool of its own, and hands what that says to whoever judges it. None where a host has
nothing of the kind."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...module_utils._security import scan
from .._common import timestamps
from . import asks, contract, declared, edges, headers, images, internal, lynis, ports, secrets, ssh, tls, tools, updates
from .shapes import Finding, Found, NotCheckedError

if TYPE_CHECKING:
    from ...module_utils._security.shapes import Scanned
    from .asks import Reply
    from .context import Context
    from .edges import Edge

Check = Callable[["Context"], Found | None]
#: what nobody serves
_NOWHERE = "/security-check-nowhere"
TESTSSL_SECONDS, AUDIT_SECONDS, CONTRACT_SECONDS, SECRETS_SECONDS = 600.0, 60.0, 600.0, 600.0
#: what looks at how random a text is takes every digest for a secret
_NOISY = ("Base64HighEntropyString", "HexHighEntropyString")


def look_at_tls(context: Context) -> Found | None:
    edge = context.edge
    if edge is None:
        return None
    if not edge.place.tls:
        return Found([{**tls.NONE, "host": context.name}])
    program = tools.found(tools.Tool("testssl", context.options["testssl"], "sudo apt-get install testssl.sh"))
    authority = context.options["testssl_ca"]
    with tempfile.TemporaryDirectory() as place:
        trusted = ["--add-ca", authority] if authority else []
        words = ["--quiet", "--color", "0", "--warnings", "batch", *trusted, "--ip", edge.place.address, "--jsonfile", f"{place}/said.json"]
        _, said = tools.run([program, *words, f"{edge.place.name}:{edge.place.port}"], TESTSSL_SECONDS, place)
        return tls.findings(_json(f"{place}/said.json", "testssl", said), context.name)


def look_at_headers(context: Context) -> Found | None:
    edge = context.edge
    if edge is None:
        return None
    pages = [context.options["path"]] if context.options["path"] else [*edge.pages, *(one.path for one in edge.inside[:1])]
    replies = [(page, asks.get(edge.place, page)) for page in pages]
    return Found(headers.findings(replies, context.name, tls=edge.place.tls))


def look_for_internal(context: Context) -> Found | None:
    edge = context.edge
    if edge is None or not edge.inside:
        return None
    seen = context.ask({"documents": {one.path: one.url for one in edge.inside}})["documents"]
    public = [asks.get(edge.place, page).body for page in (*edge.pages, _NOWHERE)]
    found: list[Finding] = []
    silent = []
    for path, page in seen.items():
        known = internal.signs(page["text"], public) if page["status"] else frozenset()
        if not known:
            silent.append(path)
        found += internal.findings(path, known, _replies(edge, path) if known else [], context.name)
    why = f"{', '.join(silent)}: inside there is nothing either by which it could be known again" if len(silent) == len(seen) else ""
    return Found(found, why)


def _replies(edge: Edge, path: str) -> list[tuple[str, Reply]]:
    return [(spelling, asks.get(edge.place, spelling)) for spelling in internal.spelled(path)]


def look_at_ports(context: Context) -> Found | None:
    addresses = context.addresses
    if not addresses:
        raise NotCheckedError(f"{context.name} is known by a name alone; set private_address or firewall_addresses of it in the inventory")
    openings = declared.of(context.hosts)
    wanted = _ranges(context.options["ports"])
    seconds = context.options["ports_seconds"]
    own = sorted({one.port for one in openings if one.protocol == "tcp"})
    served = context.ask({"probes": [{"address": one, "ports": [[port, port] for port in own]} for one in addresses], "seconds": seconds})
    views: list[ports.View] = []
    silent = []
    for look in (_peers_views, _strangers_views):
        try:
            views += look(context, addresses, wanted, seconds)
        except NotCheckedError as error:
            silent.append(str(error))
    answering = frozenset((one["address"], port) for one in served["scans"] for port in one["open"])
    found = ports.findings(openings, views, answering, context.name)
    return Found(found.findings, "; ".join(filter(None, (*silent, found.why))))


def _peers_views(context: Context, addresses: list[str], wanted: list[list[int]], seconds: float) -> list[ports.View]:
    peer = context.peer
    if not peer:
        return []  # a host alone has none
    known = tuple(context.hosts.addresses(peer))
    seen = context.ask_of(peer, {"probes": [{"address": one, "ports": wanted} for one in addresses], "seconds": seconds})
    return [ports.View(f"peer {peer}", False, known, one) for one in seen["scans"]]


def _strangers_views(context: Context, addresses: list[str], wanted: list[list[int]], seconds: float) -> list[ports.View]:
    stranger = context.options["stranger"]
    known = tuple(context.options["stranger_addresses"])
    if stranger == context.name:
        return []  # nobody is one to himself
    if stranger:
        seen = context.ask_of(stranger, {"probes": [{"address": one, "ports": wanted} for one in addresses], "seconds": seconds})["scans"]
    else:
        scan.raise_limit()
        seen = [scan.scan(one, scan.ports(wanted), seconds) for one in addresses]
    return [ports.View(f"stranger {stranger or 'controller'}", True, known, one) for one in _ways(seen)]


def _ways(seen: list[Scanned]) -> list[Scanned]:
    """An address of the inside need not lead anywhere from outside, as long as another one does."""
    leading = [one for one in seen if one["open"] or one["refused"]]
    return leading or seen


def _ranges(text: str) -> list[list[int]]:
    """1-1024,8080"""
    return [[int(first), int(last or first)] for first, _, last in (part.strip().partition("-") for part in text.split(","))]


def look_at_ssh(context: Context) -> Found | None:
    program = tools.found(tools.Tool("ssh-audit", "", "pip install ssh-audit, or sudo apt-get install ssh-audit"))
    port = str(context.variable("ansible_port") or 22)
    with tempfile.TemporaryDirectory() as place:
        code, said = tools.run([program, "-j", "-n", "--skip-rate-test", "-t", "10", "-p", port, context.outside], AUDIT_SECONDS, place)
    document = _parsed(said, "ssh-audit")
    if not isinstance(document, dict) or not ssh.offers(document):
        raise NotCheckedError(f"ssh-audit got no answer from {context.outside}:{port} ({code}: {tools.last(said)})")
    return Found(ssh.findings(document, context.name))


def look_at_host(context: Context) -> Found | None:
    said = context.ask({"audit": True, "install": context.options["install"]})["audit"]
    if said["why"]:
        raise NotCheckedError(said["why"])
    return lynis.findings(said["text"], context.name)


def look_for_updates(context: Context) -> Found | None:
    said = context.ask({"updates": True})["updates"]
    if said["why"]:
        raise NotCheckedError(said["why"])
    return Found(updates.findings(said["text"], context.name))


def look_at_images(context: Context) -> Found | None:
    seen = context.ask({"images": True})
    if seen["images_why"]:
        raise NotCheckedError(seen["images_why"])
    return Found(images.findings(seen["images"], timestamps.now(), context.options["image_max_days"], context.name))


def look_at_contract(context: Context) -> Found | None:
    """By one host: all have the same service."""
    edge = context.edge
    if edge is None or not edge.documents or context.name != _first(context):
        return None
    program = tools.found(tools.Tool("st", "", "pip install schemathesis"))
    seen = context.ask({"documents": edge.documents})["documents"]
    outcomes = [_tried(context, edge, program, component, page["text"]) for component, page in seen.items() if page["status"] == 200]
    silent = [component for component, page in seen.items() if page["status"] != 200]
    why = [f"{component} has no {context.options['document']} to be asked for inside" for component in silent]
    return Found([one for each in outcomes for one in each.findings], "; ".join([*why, *(one.why for one in outcomes if one.why)]))


def _first(context: Context) -> str:
    return edges.names(context.hosts)[0]


def _tried(context: Context, edge: Edge, program: str, component: str, document: str) -> Found:
    options = context.options
    with tempfile.TemporaryDirectory() as place:
        Path(place, "document.json").write_text(document, encoding="utf-8")
        words = ["run", "document.json", "--url", edge.place.url, "--header", f"Host:{edge.place.name}", "--tls-verify", "false"]
        words += [] if options["writes"] else contract.READS
        words += ["--max-examples", str(options["examples"]), "--rate-limit", f"{60 * options['rate']}/m", "--request-timeout", "30"]
        words += ["--continue-on-failure", "--no-color", "--report", "json", "--report-json-path", "said.json"]
        _, said = tools.run([program, *words], CONTRACT_SECONDS, place)
        found = contract.findings(_json(f"{place}/said.json", "st", said), context.name)
    return Found(found.findings, f"{component}: {found.why}" if found.why else "")


def look_for_secrets(context: Context) -> Found | None:
    """Of what git knows in the directory, as it is there now."""
    directory = context.options["repository"]
    program = tools.found(tools.Tool("detect-secrets", "", "pip install detect-secrets"))
    if _git(directory).returncode != 0:
        raise NotCheckedError(f"{directory} is no checkout of git; name one: -e security_repository=<directory>")
    # Nobody is asked whether a key is a good one: that would send it away.
    words = ["-c", "2", "scan", "--no-verify", *(word for one in _NOISY for word in ("--disable-plugin", one))]
    _, said = tools.run([program, *words], SECRETS_SECONDS, directory)
    document = _parsed(said, "detect-secrets")
    return Found(secrets.findings(document["results"], lambda path: _is_encrypted(Path(directory, path)), context.name))


def _git(directory: str) -> subprocess.CompletedProcess[str]:
    words = ["git", "-C", directory, "rev-parse", "--show-toplevel"]
    return subprocess.run(words, capture_output=True, text=True, check=False)


def _is_encrypted(path: Path) -> bool:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.readline().startswith(secrets.VAULT)
    except OSError:
        return False


def _json(path: str, program: str, said: str) -> Any:
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise NotCheckedError(f"{program} wrote no report: {tools.last(said)}") from None


def _parsed(text: str, program: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise NotCheckedError(f"{program} said no JSON: {tools.last(text)}") from None


HOSTS: dict[str, Check] = {
    "tls": look_at_tls,
    "headers": look_at_headers,
    "internal": look_for_internal,
    "contract": look_at_contract,
    "ports": look_at_ports,
    "ssh": look_at_ssh,
    "host": look_at_host,
    "updates": look_for_updates,
    "images": look_at_images,
}
REPOSITORY: dict[str, Check] = {"secrets": look_for_secrets}
EVERY = (*HOSTS, *REPOSITORY)
