# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import base64
import contextlib
import socketserver
import threading
from collections.abc import Iterator
from hashlib import sha1
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._host.haproxy import EdgeSpec
from ansible_collections.echodiary.infra.plugins.module_utils._kinds import certificates, haproxy, model
from ansible_collections.echodiary.infra.plugins.module_utils._ledger import files

from .test_haproxy import SOCKET, SPEC, seen

GIT, MADE = "/etc/echodiary/tls/site.pem", "/var/lib/echodiary/tls/site.pem"
ONE, TWO, THREE = "1" * 40, "2" * 40, "3" * 40
#: "show info" and what follows, of HAProxy 3.0
SAID = """# id (file) description
0 () acl 'src' file '/h/h.cfg' line 16. curr_ver=0 next_ver=0 entry_cnt=1

# transaction
*/x/site.pem
# filename
/x/site.pem

"""


def served(fingerprint: str, file: str, issued: str = "", end: float = 1000.0) -> certificates.Served:
    return certificates.Served(fingerprint, end, file, issued)


def plan(declared: dict[str, str], found: dict[str, certificates.Served], last: dict[str, str] | None = None) -> list[model.Change]:
    spec, now = {SOCKET: {**SPEC, "certificates": declared}}, seen(certificates=found)
    before: Any = {SOCKET: {**SPEC, "certificates": declared if last is None else last}}
    return haproxy.plan(spec, {SOCKET: now}, model.Applied(loaded=haproxy.kept(before, {SOCKET: now})))  # type: ignore[arg-type]


def test_which_it_serves_is_what_it_has_loaded() -> None:
    assert haproxy._certificates(SAID) == ["/x/site.pem"]
    assert haproxy._certificates("# id (file) description\n\n# filename\n\n") == []


def test_what_it_says_of_one() -> None:
    told = certificates.parse("Filename: /x/site.pem\nnotAfter: Dec  9 18:57:28 2026 GMT\nSHA1 FingerPrint: AB\nSubject: /CN=a: b\n")
    assert told["SHA1 FingerPrint"] == "AB"
    assert certificates.moment(told["notAfter"]) == 1796842648
    assert certificates.moment("") == float("inf")


@pytest.mark.parametrize(
    ("declared", "found"),
    [
        ({GIT: ONE}, served(ONE, ONE)),
        # somebody changed the file: that is told as of any other
        ({GIT: ONE}, served(ONE, TWO)),
        ({MADE: ""}, served(ONE, ONE, ONE)),
        ({MADE: ""}, served(ONE, ONE)),
        ({}, served(ONE, TWO)),
    ],
)
def test_what_is_served_as_it_has_to_be(declared: dict[str, str], found: certificates.Served) -> None:
    assert plan(declared, dict.fromkeys([GIT, MADE], found)) == []


@pytest.mark.parametrize(("declared", "found"), [({GIT: ONE}, served(TWO, ONE)), ({MADE: ""}, served(TWO, ONE, ONE))])
def test_what_was_told_by_hand_is_told_again(declared: dict[str, str], found: certificates.Served) -> None:
    [path] = declared
    [change] = plan(declared, {path: found})
    assert (change.action, change.origin, change.fields) == ("update", "corrective", {f"certificate {path}": [TWO, ONE]})
    assert certificates.of(change.fields) == {f"certificate {path}": path}


def test_one_that_git_has_anew_is_pending() -> None:
    [change] = plan({GIT: TWO}, {GIT: served(ONE, ONE)}, {GIT: ONE})
    assert (change.action, change.origin) == ("update", "pending")


@pytest.mark.parametrize("found", [served(ONE, "", ONE), served(ONE, TWO, ONE), served(TWO, TWO, ONE), served(ONE, "")])
def test_a_file_of_the_host_that_is_gone_or_anothers_is_made_anew(found: certificates.Served) -> None:
    [change] = plan({MADE: ""}, {MADE: found})
    assert (change.action, list(change.fields)) == ("reload", [f"certificate {MADE}"])


def test_one_that_has_ended_is_told() -> None:
    now: Any = {SOCKET: seen(certificates={GIT: served(ONE, ONE, end=1000.0), MADE: served(ONE, ONE, end=1.0)})}
    spec: Any = {SOCKET: {**SPEC, "certificates": {GIT: ONE}}}
    assert haproxy.ended(spec, now, 999.0) == ""
    assert haproxy.ended(spec, now, 4600.0).startswith(f"the certificate of {GIT} ended at 1970-01-01T00:16:40Z, 1 h ago")


def test_of_a_file_the_first_certificate_counts() -> None:
    text = "x\n-----BEGIN CERTIFICATE-----\nYWJj\n-----END CERTIFICATE-----\n-----BEGIN CERTIFICATE-----\nZGVm\n-----END CERTIFICATE-----\n"
    assert certificates.fingerprint(text) == "A9993E364706816ABA3E25717850C26C9CD0D89D"
    for no in (
        "",
        "-----BEGIN CERTIFICATE-----\nYW\n-----END CERTIFICATE-----",
        "-----BEGIN PRIVATE KEY-----\nYWJj\n-----END PRIVATE KEY-----",
    ):
        assert certificates.fingerprint(no) == ""


@pytest.mark.parametrize(("path", "wanted"), [("x", ""), ("/x", "zz"), ("/x", "ab" * 20)])
def test_what_is_no_fingerprint_is_refused(path: str, wanted: str) -> None:
    with pytest.raises(model.ConvergeError, match="whole path, with a fingerprint"):
        haproxy.checked({SOCKET: {**SPEC, "certificates": {path: wanted}}})  # type: ignore[dict-item]


def pem(said: bytes) -> str:
    return f"-----BEGIN CERTIFICATE-----\n{base64.b64encode(said).decode()}\n-----END CERTIFICATE-----\n"


def known(said: bytes) -> str:
    return sha1(said).hexdigest().upper()


@contextlib.contextmanager
def serving(socket: Path, serves: list[bytes]) -> Iterator[EdgeSpec]:
    """What is the last of ``serves``."""

    class Answering(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.rfile.readline()
            self.wfile.write(f"SHA1 FingerPrint: {known(serves[-1])}\n".encode())

    with socketserver.UnixStreamServer(str(socket), Answering) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield {"socket": str(socket), "backend": "", "save": ""}
        server.shutdown()


def test_what_is_renewed_at_this_moment_is_seen_when_that_is_done(tmp_path: Path) -> None:
    """Files change first, and what is served a moment later, under a lock of the host's."""
    site, serves = tmp_path / "site.pem", [b"old"]
    site.write_text(pem(b"old"))
    with serving(tmp_path / "socket", serves) as edge, contextlib.ExitStack() as renewing:
        renewing.enter_context(files.locked(str(tmp_path / "state.json")))
        (tmp_path / "site.pem.issued").write_text(pem(b"new"))
        done = threading.Timer(0.3, lambda: (site.write_text(pem(b"new")), serves.append(b"new"), renewing.close()))
        done.start()
        assert certificates.observe(edge, str(site))[::2] == (known(b"new"), known(b"new"))
        done.join()


def test_what_differs_while_nobody_renews_it_is_seen_as_it_is(tmp_path: Path) -> None:
    site = tmp_path / "site.pem"
    site.write_text(pem(b"somebody's"))
    with serving(tmp_path / "socket", [b"ours"]) as edge:
        assert certificates.observe(edge, str(site))[::2] == (known(b"ours"), known(b"somebody's"))
