# SPDX-License-Identifier: GPL-3.0-or-later
"""What HAProxy does, against what its file says: frontends, limits, servers, maps and rules, as its socket tells them; and whether it is
that file, as it is now, that its worker has read. So with certificates: the one that it serves, against the one that is there.

Whose requests go to which slot of a release is that component's own matter (``_release.traffic``), and the maps in which people keep what
they say (out of traffic, maintenance) are no difference.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from .._host import haproxy, haproxy_file
from .._ledger import sha, shapes
from . import certificates, model, units

if TYPE_CHECKING:
    from . import documents, remembered

NAME, KEY, SHARED = "haproxy", "haproxy", model.ALONE
WORDS, PREFIX = ("HAProxy", "HAProxys"), "HAProxy at "
ACCOUNTS = False
SCHEMA: model.Schema = {"type": "dict", "default": {}}
ENTRY: model.Schema = {
    "config": {"type": "str", "required": True},
    "unit": {"type": "str", "required": True},
    "rolled": {"type": "list", "elements": "str", "default": []},
    "said": {"type": "list", "elements": "str", "default": []},
    "certificates": {"type": "dict", "default": {}},
}
SHAPE = shapes.TEXT

#: for a worker that has read the files anew (s)
RELOADED = 15.0
#: how often, where workers are replaced meanwhile
_TIMES = 3
#: of a server, in "show servers state": it has checks, and they run
_CHECKS_CONFIGURED, _CHECKS_ENABLED = 0x02, 0x04


class Server(NamedTuple):
    admin: str
    weight: int
    address: str
    maxconn: str
    unchecked: bool


class Seen(NamedTuple):
    """``frontends``: name to (status, maxconn); ``patterns``: file, or nothing, to what its maps and rules hold, by keys in order.

    ``files``: that the worker was started with; ``written``: what they say now; ``changed``: when one of their directory did (s).
    """

    info: dict[str, str]
    frontends: dict[str, tuple[str, str]]
    servers: dict[str, Server]
    patterns: dict[str, list[str]]
    files: tuple[str, ...]
    written: haproxy_file.Written
    changed: float
    worker: str
    started_at: float
    replaced: bool
    #: by the file that its configuration names
    certificates: Mapping[str, certificates.Served] = {}


def observe(names: list[str]) -> dict[str, Seen]:
    """``names``: sockets. One that does not answer is missing: whether it runs is its unit's to say."""
    found = ((name, _observe(name)) for name in names if os.path.exists(name))
    return {name: seen for name, seen in found if seen}


def _observe(socket: str) -> Seen | None:
    for _ in range(_TIMES):
        try:
            return _answer({"socket": socket, "backend": "", "save": ""})
        except (FileNotFoundError, ProcessLookupError):
            continue
        except (haproxy.HaproxyError, OSError, KeyError, ValueError):
            return None
    return None


def _answer(edge: haproxy.EdgeSpec) -> Seen:
    """A worker that answered and was replaced before it was looked at is a FileNotFoundError: the next one answers."""
    said = haproxy.ask(edge, "show info;show stat -1 5 -1;show servers state;show map;show acl;show ssl cert")
    tables = parse(said)
    pid = int(tables.info["Pid"])
    files = _files(pid)
    patterns = _patterns(edge, tables.patterns)
    served = {path: certificates.observe(edge, path) for path in _certificates(said)}
    began = _began(pid)
    return Seen(
        tables.info, tables.frontends, tables.servers, patterns, files, haproxy_file.read("\n".join(map(_text, files))),
        _changed(files), f"{pid}@{began:.2f}", began + time.time() - time.clock_gettime(time.CLOCK_BOOTTIME), _gone(pid), served,
    )  # fmt: skip


class Tables(NamedTuple):
    """``patterns``: (``map`` or ``acl``, number, file)."""

    info: dict[str, str]
    frontends: dict[str, tuple[str, str]]
    servers: dict[str, Server]
    patterns: list[tuple[str, str, str]]


def parse(said: str) -> Tables:
    """Pure. Each answer begins with a line of its own."""
    info, _, rest = said.partition("# pxname")
    statistics, _, rest = rest.partition("# be_id")
    states, _, patterns = rest.partition("# id (file)")
    # what is quoted is the end of a check's answer, which may have lines
    rows = [row for row in haproxy.rows_of("pxname" + statistics) if row.get("svname")]
    header, *lines = ("be_id" + states).splitlines()
    names = header.split()
    found = [dict(zip(names, line.split())) for line in lines]
    limits = {f"{row['pxname']}/{row['svname']}": row["slim"] or "" for row in rows}
    maps, _, rules = patterns.partition("# id (file)")
    return Tables(
        dict(line.split(": ", 1) for line in info.splitlines() if ": " in line),
        {row["pxname"]: (row["status"], row["slim"]) for row in rows if row["svname"] == "FRONTEND"},
        {f"{row['be_name']}/{row['srv_name']}": _server(row, limits) for row in found if "srv_check_state" in row},
        [*_numbers("map", maps), *_numbers("acl", rules)],
    )


def _server(row: dict[str, str], limits: dict[str, str]) -> Server:
    checks = int(row["srv_check_state"])
    weight = round(100 * int(row["srv_uweight"]) / max(1, int(row["srv_iweight"])))
    return Server(
        haproxy.admin(int(row["srv_admin_state"])),
        weight,
        f"{row['srv_addr']}:{row['srv_port']}",
        limits.get(f"{row['be_name']}/{row['srv_name']}", ""),
        bool(checks & _CHECKS_CONFIGURED) and not checks & _CHECKS_ENABLED,
    )


def _numbers(kind: str, lines: str) -> Iterator[tuple[str, str, str]]:
    for line in lines.splitlines():
        number, _, rest = line.partition(" (")
        if number.isdigit():
            yield kind, number, rest.partition(")")[0]


def _certificates(said: str) -> list[str]:
    """Files of those that it serves. Where it serves none, nothing more is loaded for them."""
    return [line for line in said.partition("# filename\n")[2].splitlines() if line.startswith("/")]


def _patterns(edge: haproxy.EdgeSpec, numbers: list[tuple[str, str, str]]) -> dict[str, list[str]]:
    """What is in them, without where in its memory that lies. Those without a file are asked for together: an empty one has no line."""
    asked: dict[str, list[str]] = {}
    for kind, number, file in numbers:
        asked.setdefault(file, []).append(f"show {kind} #{number}")
    said = ((file, haproxy.ask(edge, ";".join(commands))) for file, commands in asked.items())
    return {file: [line.partition(" ")[2] for line in lines.splitlines()] for file, lines in said}


def _files(pid: int) -> tuple[str, ...]:
    """That it was started with, by ``-f``."""
    with open(f"/proc/{pid}/cmdline", encoding="utf-8", errors="surrogateescape") as handle:
        words = handle.read().split("\0")
    return tuple(path for word, path in zip(words, words[1:]) if word == "-f")


def _text(path: str) -> str:
    with open(path, encoding="utf-8", errors="replace") as handle:
        return handle.read()


def _changed(files: tuple[str, ...]) -> float:
    """Not when they say that they were: that can be set."""
    places = [os.path.join(place, name) for file in files for place, _, names in os.walk(os.path.dirname(file)) for name in names]
    return max((os.lstat(path).st_ctime for path in places), default=0.0)


def _began(pid: int) -> float:
    """Seconds since the host booted."""
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as handle:
        after_name = handle.read().rpartition(")")[2].split()
    return int(after_name[19]) / os.sysconf("SC_CLK_TCK")


def _gone(pid: int) -> bool:
    """Was its program replaced since it started?"""
    return os.readlink(f"/proc/{pid}/exe").endswith(" (deleted)")


def checked(given: dict[str, documents.HaproxySpec]) -> dict[str, documents.HaproxySpec]:
    for name, spec in given.items():
        if not name.startswith("/") or not spec["config"].startswith("/"):
            raise model.ConvergeError(f"haproxy: {name}: the socket and its config have to be absolute paths")
        certificates.check(name, spec.get("certificates", {}))
    return given


def entries(declared: Mapping[str, documents.HaproxySpec]) -> Mapping[str, model.Json]:
    return {name: spec["config"] for name, spec in declared.items()}


def values(declared: Mapping[str, documents.HaproxySpec]) -> dict[str, str]:
    return {name: spec["config"] for name, spec in declared.items()}


def found(want: str, seen: Seen | None) -> str | None:
    return want if seen and seen.files == (want,) else None


def kept(declared: Mapping[str, documents.HaproxySpec], seen: Mapping[str, Seen]) -> dict[str, remembered.Loaded]:
    """Of the worker that is as declared: which one it is, what its maps and rules hold, and when its files last changed."""
    return {name: _kept(spec, seen[name]) for name, spec in declared.items() if name in seen}


def _kept(spec: documents.HaproxySpec, seen: Seen) -> remembered.Loaded:
    found: remembered.Loaded = {"identity": seen.worker, "digest": digest(seen, spec), "newest": seen.changed}
    if spec.get("certificates"):
        found["definition"] = certificates.word(spec["certificates"])
    return found


def pairs(lines: list[str]) -> dict[str, str]:
    """Of a map as its process holds it. Pure."""
    return {key: value for key, _, value in (line.partition(" ") for line in lines)}


def digest(seen: Seen, spec: documents.HaproxySpec) -> str:
    return sha.sha256(repr(sorted((file, held) for file, held in seen.patterns.items() if file not in spec["said"])).encode())


def plan(declared: Mapping[str, documents.HaproxySpec], seen: Mapping[str, Seen], last: model.Applied) -> list[model.Change]:
    """One change for what can be told at its socket, one for what only a worker of its own has, one for what is not ours to mend."""
    return [change for name, spec in declared.items() if name in seen for change in _plan(name, spec, seen[name], last.loaded.get(name))]


def _plan(name: str, spec: documents.HaproxySpec, seen: Seen, last: remembered.Loaded | None) -> Iterator[model.Change]:
    resource = model.Resource(NAME, name)
    if seen.files != (spec["config"],):
        fields: model.Fields = {"config": [" ".join(seen.files), spec["config"]]}
        why = f"it runs from another file: see /etc/default/haproxy and 'systemctl cat {spec['unit']}', then restart {spec['unit']}"
        yield model.Change(resource, model.REPORT, model.CORRECTIVE, fields, why=why)
        return
    told = dict(_told(spec, seen))
    if told:
        moved = certificates.are_anothers(told, spec, last)
        why = "git has another certificate" if moved else "told at its socket, not by its file"
        yield model.Change(resource, "update", model.PENDING if moved else model.CORRECTIVE, told, why=why)
    anew = dict(_anew(spec, seen, last))
    if anew:
        yield model.Change(resource, "reload", model.CORRECTIVE, anew, why="not what its file says")


def _told(spec: documents.HaproxySpec, seen: Seen) -> Iterator[tuple[str, list[model.Json]]]:
    """What its socket can undo: field -> [in force, by the file]."""
    yield from _differ({"maxconn": (seen.info.get("Maxconn"), seen.info.get("Hard_maxconn"))})
    if seen.certificates:
        yield from certificates.told(spec.get("certificates", {}), seen.certificates)
    yield from _differ({f"rate-limit {told}": (_rate(seen, told), seen.written.rates.get(key, "0")) for key, told in _RATES.items()})
    for name, written in seen.written.frontends.items():
        status, maxconn = seen.frontends.get(name, ("OPEN", ""))
        yield from _differ({f"frontend {name}": (status.lower(), "open")} if status == "PAUSED" else {})
        yield from _differ({f"frontend {name} maxconn": (maxconn, written or seen.info.get("Hard_maxconn"))} if maxconn else {})
    for name, server in seen.servers.items():
        if name in seen.written.servers:
            rolled = name.partition("/")[0] in spec["rolled"]
            yield from _differ({f"server {name} {field}": pair for field, pair in _of_server(server, seen.written.servers[name], rolled)})


#: of the file -> what it is called at the socket, and by what it is told
_RATES = haproxy_file.RATES
_SAID = {"connections": "ConnRateLimit", "sessions": "SessRateLimit", "ssl-sessions": "SslRateLimit"}


def _rate(seen: Seen, told: str) -> str:
    return seen.info.get(_SAID[told], "0")


def _of_server(server: Server, written: haproxy_file.Server, rolled: bool) -> Iterator[tuple[str, tuple[model.Json, model.Json]]]:
    yield "checks", ("off" if server.unchecked else "on", "on")
    yield "maxconn", (server.maxconn or "0", written.maxconn or "0")
    if not rolled:
        yield "state", (server.admin, haproxy.MAINT if written.disabled else haproxy.READY)
        yield "weight", (f"{server.weight} %", "100 %")
        yield "addr", (server.address, written.address or server.address)


def _differ(pairs: Mapping[str, tuple[model.Json, model.Json]]) -> Iterator[tuple[str, list[model.Json]]]:
    return ((name, [now, wanted]) for name, (now, wanted) in pairs.items() if now is not None and now != wanted)


def _anew(spec: documents.HaproxySpec, seen: Seen, last: remembered.Loaded | None) -> Iterator[tuple[str, list[model.Json]]]:
    """What takes a worker that reads the file anew."""
    for name in seen.written.frontends:
        status = seen.frontends.get(name, ("gone", ""))[0]
        if status in ("STOP", "gone"):
            yield f"frontend {name}", [status.lower(), "open"]
    listed = {name for name in {*seen.servers, *seen.written.servers} if name.partition("/")[0] not in seen.written.open_ended}
    for name in sorted(listed & (seen.servers.keys() ^ seen.written.servers.keys())):
        yield f"server {name}", ["added", None] if name in seen.servers else ["deleted", "there"]
    if seen.certificates:
        yield from certificates.anew(spec.get("certificates", {}), seen.certificates)
    if seen.replaced:
        yield "program", ["replaced", "the installed one"]
    if last and last["newest"] == seen.changed and last["digest"] != digest(seen, spec):
        yield "maps and rules", ["changed", "as its file has them"]
    if last and last["newest"] != seen.changed and last["identity"] != seen.worker and seen.started_at < seen.changed:
        yield "files", ["older ones", "those that are there"]


def words(field: str, wanted: model.Json) -> str:
    """What it is told at its socket. Pure."""
    kind, _, rest = field.partition(" ")
    if kind == "maxconn":
        return f"set maxconn global {wanted}"
    if kind == "rate-limit":
        return f"set rate-limit {rest} global {wanted}"
    name, _, what = rest.partition(" ")
    if kind == "frontend":
        return f"set maxconn frontend {name} {wanted}" if what else f"enable frontend {name}"
    if what == "addr":
        host, _, port = str(wanted).rpartition(":")
        return f"set server {name} addr {host} port {port}"
    other = {
        "checks": f"enable health {name}",
        "maxconn": f"set maxconn server {name} {wanted}",
        "weight": f"set server {name} weight 100%",
    }
    return other.get(what, f"set server {name} state {wanted}")


def take_back(change: model.Change) -> None:
    """Of what is told, only a certificate comes from a file that a transaction puts back."""
    for path in certificates.of(change.fields).values():
        certificates.serve({"socket": change.name, "backend": "", "save": ""}, path)


def ended(declared: Mapping[str, documents.HaproxySpec], seen: Mapping[str, Seen], now: float) -> str:
    """Which certificates that are served have ended; empty when none has. Pure."""
    served = ((path, one) for name in declared if name in seen for path, one in seen[name].certificates.items())
    known = {path for spec in declared.values() for path in spec.get("certificates", {})}
    return "; ".join(certificates.ended(path, one, now) for path, one in served if path in known and one.end <= now)


def apply(change: model.Change, seen: Seen, declared: Mapping[str, documents.HaproxySpec]) -> None:
    unit = declared[change.name]["unit"]
    edge: haproxy.EdgeSpec = {"socket": change.name, "backend": "", "save": ""}
    if change.action == "update":
        served = certificates.of(change.fields)
        commands = [words(field, pair[1]) for field, pair in change.fields.items() if field not in served]
        if commands:
            haproxy.ask(edge, ";".join(commands))
        for path in served.values():
            certificates.serve(edge, path)
        return
    units.tell(unit, "reload")
    end = time.monotonic() + RELOADED
    while (now := _observe(change.name)) is None or now.worker == seen.worker:
        if time.monotonic() >= end:
            raise model.ConvergeError(f"HAProxy does not take its file anew within {RELOADED:.0f} s; look at: journalctl -u {unit}")
        time.sleep(0.1)
