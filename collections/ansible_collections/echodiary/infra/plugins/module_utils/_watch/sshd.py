# SPDX-License-Identifier: GPL-3.0-or-later
"""How one may log in: what sshd says that its configuration comes to, against what is declared and what nobody has to declare."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from .._host import run
from .._kinds import model
from . import reading, sshd_files, sshd_words
from .shapes import Finding, Known, as_it_is

NAME = "sshd"
DROP_INS = "/etc/ssh/sshd_config.d/"
#: of a distribution's own unit
USUAL_WORDS = ("-D",)
#: who is asked for where blocks of strangers say what holds for some
MOST_ASKED = 8
#: an address that is nobody's (RFC 5737)
ELSEWHERE = "192.0.2.1"

#: keyword -> values
Values = Mapping[str, Sequence[str]]


class Asked(NamedTuple):
    """One answer of ``sshd -T``: for whom it holds, as told to ``-C`` (empty: for everybody)."""

    whom: str
    values: Values


class Seen(NamedTuple):
    """``refusal``: why sshd would not start; ``words``: of the command line of the one that runs, None where none does.

    ``loaded``: when that one read its configuration, ``changed``: path -> when what nobody declares of it was (s, epoch).
    ``declared``: drop-ins of components as they lie there: what they should be is compared as files.
    """

    installed: bool = False
    answers: tuple[Asked, ...] = ()
    refusal: str = ""
    lines: tuple[sshd_files.Line, ...] = ()
    words: tuple[str, ...] | None = None
    loaded: float | None = None
    changed: Mapping[str, float] = {}
    declared: Mapping[str, str] = {}


def observe(known: Known) -> Seen:
    lines = sshd_files.read()
    running = _running()
    extra = [word for word in running or () if word not in (*USUAL_WORDS, "-d", "-e", "-q", "-i")]
    answers: list[Asked] = []
    for whom in contexts(lines, known):
        done = run.run(["sshd", "-T", *extra, *(["-C", whom] if whom else [])], timeout=20)
        if done.code == 127:
            return Seen()
        if done.code:
            return Seen(True, tuple(answers), _refusal(done.output), lines, running)
        answers.append(Asked(whom, parse(done.output)))
    ours = {path: reading.text(path) for path in known.files if path.startswith(DROP_INS)}
    return Seen(True, tuple(answers), "", lines, running, _loaded(), _changed(lines, known), ours)


def contexts(lines: Sequence[sshd_files.Line], known: Known) -> list[str]:
    """Whom to ask for. Of declared blocks one user is enough; each block of a stranger has somebody of its own. Pure."""
    declared = [_user_of(line.match) for line in lines if line.match and line.path in known.files]
    admin = next((user for user in declared if user), "")
    strange = dict.fromkeys(line.match for line in lines if line.match and line.path not in known.files)
    if not strange:
        return [_context(user=admin)] if admin else [""]
    asked = [_context(user=admin or "root"), _context(user="root"), _context(user="nobody"), *map(_of_block, strange)]
    return list(dict.fromkeys(asked))[:MOST_ASKED]


def _context(user: str, host: str = "elsewhere.invalid", addr: str = ELSEWHERE, **more: str) -> str:
    return ",".join(f"{key}={value}" for key, value in {"user": user, "host": host, "addr": addr, **more}.items())


def _user_of(match: str) -> str:
    return _criteria(match).get("user", "")


def _of_block(match: str) -> str:
    """Somebody whom the block is about, as far as it names anybody."""
    named = _criteria(match)
    ports = {key: value for key, value in (("laddr", named.get("localaddress")), ("lport", named.get("localport"))) if value}
    user = named.get("user") or _member(named.get("group", "")) or "root"
    return _context(user, named.get("host") or "elsewhere.invalid", named.get("address") or ELSEWHERE, **ports)


def _criteria(match: str) -> dict[str, str]:
    """Criterion -> the first of its patterns that names one."""
    found = sshd_files.words(match.replace("=", " "))
    pairs = zip(found[::2], found[1::2])
    return {key.lower(): _one_of(value) for key, value in pairs}


def _one_of(patterns: str) -> str:
    named = [one for one in patterns.split(",") if not one.startswith("!")]
    return re.sub(r"/\d+$", "", named[0]).replace("*", "1").replace("?", "1") if named and named[0] != "*" else ""


def _member(group: str) -> str:
    import grp  # only a block for a group asks

    try:
        members = grp.getgrnam(group).gr_mem
    except KeyError:
        return ""
    return members[0] if members else ""


def parse(output: str) -> dict[str, list[str]]:
    """As ``sshd -T`` prints it: a line for each keyword, several for what may be said several times."""
    found: dict[str, list[str]] = {}
    for line in output.splitlines():
        keyword, _, value = line.partition(" ")
        found.setdefault(keyword, []).append(value.strip())
    return found


def _refusal(output: str) -> str:
    return "" if "privilege separation directory" in output else output.splitlines()[-1] if output else "it does not say why"


def _running() -> tuple[str, ...] | None:
    """It shows its own command line in its title: ``sshd: /usr/sbin/sshd -D [listener] …``."""
    pid = reading.text("/run/sshd.pid").strip()
    title = reading.text(f"/proc/{pid}/cmdline") if pid.isdigit() else ""
    return words_of(title)


def words_of(title: str) -> tuple[str, ...] | None:
    """Pure. None: this is no sshd that listens."""
    found = re.match(r"sshd: \S*sshd\b(.*?) \[listener\]", title)
    if found:
        return tuple(found[1].split())
    words = [word for word in title.split("\0") if word]
    return tuple(words[1:]) if words and os.path.basename(words[0]) == "sshd" else None


def _loaded() -> float | None:
    """It writes its process id whenever it has read its configuration."""
    return _when("/run/sshd.pid")


def _when(path: str) -> float | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return max(found.st_mtime, found.st_ctime)


def _changed(lines: Sequence[sshd_files.Line], known: Known) -> dict[str, float]:
    """Of what components declare their processes are asked."""
    paths = {sshd_files.MAIN, *(line.path for line in lines)} - known.paths
    found = {path: at for path in sorted(paths) for at in [_when(path)] if at}
    return {**found, **_listed(DROP_INS)}


def _listed(directory: str) -> dict[str, float]:
    """What was there once is not there to be asked when it went."""
    return {directory: reading.modified(directory)}


def plan(seen: Seen, known: Known) -> Iterator[Finding]:
    if not seen.installed:
        return
    if seen.refusal:
        why = f"sshd refuses its configuration, so after its next start nobody gets in: {seen.refusal}"
        yield Finding(model.Resource(NAME, "configuration"), why, degraded=True, step="sshd -t")
        return
    if seen.words is not None and tuple(seen.words) != USUAL_WORDS:
        yield _command_line(seen.words)
    if seen.loaded is not None:
        yield from _not_loaded(seen.loaded, seen.changed)
    yield from _differing(seen, known)


def _command_line(words: Sequence[str]) -> Finding:
    fields = {"words": [" ".join(words), " ".join(USUAL_WORDS)]}
    why = "the sshd that runs was started with words of somebody's own"
    return Finding(
        model.Resource(NAME, "command-line"), why, fields, content=as_it_is(" ".join(words)), step="systemctl cat ssh; cat /etc/default/ssh"
    )


def _not_loaded(loaded: float, changed: Mapping[str, float]) -> Iterator[Finding]:
    """Two files of one second are written one after the other."""
    later = [path for path, at in changed.items() if at > loaded + 1]
    if later:
        why = f"changed since sshd read it: {', '.join(later)}"
        yield Finding(model.Resource(NAME, "loaded"), why, heal=("systemctl", "reload", "ssh"))


class _Different(NamedTuple):
    keyword: str
    found: Sequence[str]
    wanted: Sequence[str]
    whom: str


def _differing(seen: Seen, known: Known) -> Iterator[Finding]:
    """Each keyword once: what holds for everybody before what holds for some."""
    told: dict[str, _Different] = {}
    for answer in seen.answers:
        for one in _compared(answer, seen, known):
            told.setdefault(one.keyword, one)
    yield from (_finding(one, seen, known) for one in told.values())


def _compared(answer: Asked, seen: Seen, known: Known) -> Iterator[_Different]:
    wanted = {**sshd_words.usual(known), **declared(seen.declared, _named(answer.whom))}
    for keyword, values in wanted.items():
        found = answer.values.get(keyword)
        if found is not None and not sshd_words.agree(keyword, found, values):
            yield _Different(keyword, found, values, answer.whom)


def _named(whom: str) -> str:
    return dict(one.split("=", 1) for one in whom.split(",") if one).get("user", "")


def declared(texts: Mapping[str, str], user: str) -> dict[str, list[str]]:
    """What the declared drop-ins come to for ``user`` ("": nobody in particular): the first that is said wins, a block before all. Pure."""
    everybody: dict[str, list[str]] = {}
    theirs: dict[str, list[str]] = {}
    for path, text in sorted(texts.items()):
        for line in sshd_files.parse(path, text):
            if line.keyword in ("match", "include") or (line.match and _criteria(line.match) != {"user": user}):
                continue
            place = theirs if line.match else everybody
            if line.keyword in sshd_words.SEVERAL:
                place.setdefault(line.keyword, []).append(line.value)
            else:
                place.setdefault(line.keyword, [line.value])
    return {**everybody, **theirs}


def _finding(one: _Different, seen: Seen, known: Known) -> Finding:
    set_by = _where(one, seen.lines, known)
    why = "not what is declared" if one.keyword in declared(seen.declared, _named(one.whom)) else "not as sshd is by itself"
    whom = f" for {one.whom}" if set_by and set_by.match else ""
    place = f": {set_by.place} says '{set_by.keyword} {set_by.value}'" if set_by else ""
    block = f" in 'Match {set_by.match}'" if set_by and set_by.match else ""
    fields = {"in force": ["; ".join(one.found), "; ".join(one.wanted)]}
    content = as_it_is(f"{'; '.join(one.found)} {one.whom if set_by and set_by.match else ''}")
    told = Finding(model.Resource(NAME, one.keyword), f"{why}{whom}{place}{block}", fields, content=content)
    heal = _heal(set_by, known)
    return told._replace(heal=heal, step="" if heal else _step(set_by))


def _where(one: _Different, lines: Sequence[sshd_files.Line], known: Known) -> sshd_files.Line | None:
    """Who says what is in force; else who says anything of it."""
    saying = [line for line in lines if line.keyword == one.keyword and line.path not in known.files]
    more = (line for line in saying if line.value in one.found and line.value not in one.wanted)
    same = (line for line in saying if sshd_words.agree(one.keyword, one.found, [line.value]))
    return next(more, None) or next(same, saying[0] if saying else None)


def _heal(line: sshd_files.Line | None, known: Known) -> tuple[str, ...]:
    """A drop-in of nobody's goes, and what runs reads the rest again. In a file that is a package's people have to look."""
    if line is None or not line.path.startswith(DROP_INS) or line.path in known.paths:
        return ()
    return ("sh", "-c", f"rm -f -- {shlex.quote(line.path)} && sshd -t && systemctl reload ssh")


def _step(line: sshd_files.Line | None) -> str:
    return f"sudoedit {line.path} && sshd -t && systemctl reload ssh" if line else "sshd -t && systemctl reload ssh"
