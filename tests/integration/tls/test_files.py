# SPDX-License-Identifier: GPL-3.0-or-later
"""TLS with certificates that somebody has: served, changed under load, refused where no good, taken back where they were swapped."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.converge.machine import Task
from tests.integration.tls import visitors
from tests.integration.tls.authority import DAY, Authority, Issued
from tests.integration.tls.machine import MADE, NAMES, SITE, Machine
from tests.waiting import eventually

NAME = NAMES[0]
RESOURCE = "haproxy:/run/haproxy/admin.sock"


def files(one: Issued, **more: Any) -> dict[str, Any]:
    return {"haproxy_tls": "files", "haproxy_tls_certificate": one.chain, "haproxy_tls_key": one.key, **more}


@pytest.fixture(scope="module")
def first(host: Machine, authority: Authority) -> Issued:
    """Converged, from a host without TLS."""
    one = authority.issue(*NAMES)
    done = host.haproxy()
    assert not done.failed, done.msg
    predicted = host.haproxy(check=True, **files(one))
    done = host.haproxy(**files(one))
    assert not done.failed, done.msg
    assert done.actions == predicted.actions
    eventually(lambda: visitors.secure(host.address, NAME, authority.root).status == 200)
    return one


def synced(host: Machine, variables: dict[str, Any]) -> None:
    after = host.haproxy(check=True, **variables)
    assert (after.actions, after.result["sync"], after.result["health"]) == ([], "Synced", "Healthy"), after.result


def no_secret(task: Task, *issued: Issued) -> None:
    told = str(task.result)
    assert not any(line in told for one in issued for line in one.key.splitlines()[1:2]), "a private key is told"


def test_it_serves_over_tls_and_redirects_what_is_plain(host: Machine, authority: Authority, first: Issued) -> None:
    answer = visitors.secure(host.address, NAME, authority.root, "/a?b=c")
    assert (answer.status, answer.serial) == (200, first.serial)
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    assert visitors.secure(host.address, NAME, authority.root, alpn=["h2", "http/1.1"]).spoken == ("TLSv1.3", "h2")
    for asked, sent in ((NAMES[1], NAMES[1]), (NAME.upper() + ":80", NAME), ("evil.example", NAME), (host.address, NAME)):
        moved = visitors.plain(host.address, asked, "/a?b=c")
        assert (moved.status, moved.headers["location"]) == (301, f"https://{sent}/a?b=c")
        assert "strict-transport-security" not in moved.headers
    assert visitors.plain(host.address, NAME, "/health").status == 200, "what a load balancer asks"
    synced(host, files(first))


def test_the_key_is_roots_alone_and_told_to_nobody(host: Machine, first: Issued) -> None:
    assert host.sh(f"stat -c '%a %U' {SITE} $(dirname {SITE})").split() == ["600", "root", "700", "root"]
    no_secret(host.haproxy(check=True, **files(first, haproxy_hsts_max_age=1)), first)


@pytest.mark.parametrize("change", [pytest.param("of certificate", marks=pytest.mark.full), "of key"])
def test_a_new_one_is_served_and_nobody_is_cut_off(host: Machine, authority: Authority, first: Issued, change: str) -> None:
    own = None if change == "of key" else _loaded(first)
    second, worker = authority.issue(*NAMES, own=own), host.worker()
    with visitors.Crowd(host.address, NAME, authority.root) as crowd:
        done = host.haproxy(**files(second))
        assert not done.failed, done.msg
        eventually(lambda: crowd.came[second.serial])
        back = host.haproxy(**files(first))
        assert not back.failed, back.msg
    assert (crowd.failed, crowd.cut) == ({}, {}), crowd.told()
    assert crowd.came[second.serial] and crowd.held > 10
    assert host.worker() == worker, "told at the socket, not reloaded"
    assert [one for one in done.actions if one[0].startswith(("process", "haproxy"))] == [(RESOURCE, "update", "pending")]
    no_secret(done, first, second)
    synced(host, files(first))


def _loaded(one: Issued) -> Any:
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    return load_pem_private_key(one.key.encode(), None)


def refused(authority: Authority) -> dict[str, tuple[Issued, str]]:
    good, other = authority.issue(*NAMES), authority.issue(*NAMES)
    disorder = good.chain + authority.root + good.chain[good.chain.rindex("-----BEGIN") :]
    return {
        "another's key": (good._replace(key=other.key), "the private key is not that of the certificate"),
        "ended": (authority.issue(*NAMES, begin=-9 * DAY, end=-DAY), "the certificate ended at "),
        "not begun": (authority.issue(*NAMES, begin=DAY), "the certificate is not valid before "),
        "for others": (authority.issue("other.example"), "does not cover shop.example, www.shop.example"),
        "in disorder": (good._replace(chain=disorder), "of the chain did not sign"),
    }


FULL = [pytest.param(what, marks=pytest.mark.full) for what in ("ended", "not begun", "for others", "in disorder")]


@pytest.mark.parametrize("what", ["another's key", *FULL])
def test_what_is_no_good_is_refused_before_anything_is_touched(host: Machine, authority: Authority, first: Issued, what: str) -> None:
    bad, said = refused(authority)[what]
    for check in (True, False):
        done = host.haproxy(check=check, **files(bad))
        assert done.failed or done.result["sync"] == "Unknown"
        assert said in str(done.result)
        no_secret(done, bad)
    assert visitors.secure(host.address, NAME, authority.root).serial == first.serial
    synced(host, files(first))


def test_a_certificate_swapped_at_the_socket_is_seen_and_taken_back(host: Machine, authority: Authority, first: Issued) -> None:
    other = authority.issue(*NAMES)
    assert "created" in host.tell(f"set ssl cert {SITE} <<\n{other.chain}{other.key}\n")
    assert "Success" in host.tell(f"commit ssl cert {SITE}")
    assert visitors.secure(host.address, NAME, authority.root).serial == other.serial
    check = host.haproxy(check=True, **files(first))
    [change] = check.changes
    assert (change["resource"], change["action"], change["origin"]) == (RESOURCE, "update", "corrective")
    assert list(change["fields"]) == [f"certificate {SITE}"]
    assert check.result["sync"] == "OutOfSync"
    assert not host.haproxy(**files(first)).failed
    assert visitors.secure(host.address, NAME, authority.root).serial == first.serial
    synced(host, files(first))


@pytest.mark.full
def test_a_file_that_was_swapped_is_seen_and_taken_back(host: Machine, authority: Authority, first: Issued) -> None:
    other = authority.issue(*NAMES)
    host.bring(SITE, other.chain + other.key)
    check = host.haproxy(check=True, **files(first))
    assert (f"file:{SITE}", "update", "corrective") in check.actions
    no_secret(check, first, other)
    assert not host.haproxy(**files(first)).failed
    synced(host, files(first))


@pytest.mark.full
def test_whoever_restarts_it_serves_the_newest(host: Machine, authority: Authority, first: Issued) -> None:
    second = authority.issue(*NAMES)
    assert not host.haproxy(**files(second)).failed
    for how in ("reload", "restart"):
        host.sh(f"systemctl {how} haproxy")
        eventually(lambda: visitors.secure(host.address, NAME, authority.root).serial == second.serial, what=how)
    assert not host.haproxy(**files(first)).failed


@pytest.mark.full
def test_what_a_host_has_itself_is_served_and_found_when_it_changes(host: Machine, authority: Authority, first: Issued) -> None:
    own, newer = authority.issue(*NAMES), authority.issue(*NAMES)
    variables = {"haproxy_tls": "files", "haproxy_tls_certificate_file": "/etc/mine/cert.pem", "haproxy_tls_key_file": "/etc/mine/key.pem"}
    missing = host.haproxy(**variables)
    assert missing.failed
    assert "/etc/mine/cert.pem is not on this host" in missing.msg
    host.bring("/etc/mine/cert.pem", own.chain)
    host.bring("/etc/mine/key.pem", own.key)
    done = host.haproxy(**variables)
    assert not done.failed, done.msg
    assert visitors.secure(host.address, NAME, authority.root).serial == own.serial
    synced(host, variables)
    with visitors.Crowd(host.address, NAME, authority.root) as crowd:
        host.bring("/etc/mine/cert.pem", newer.chain)
        host.sh("systemctl start haproxy-certificate", check=False)
        assert "is not that of the certificate" in host.sh("journalctl -u haproxy-certificate -n 5 -o cat")
        assert visitors.secure(host.address, NAME, authority.root).serial == own.serial, "half a change is not served"
        host.bring("/etc/mine/key.pem", newer.key)
        host.sh("systemctl start haproxy-certificate")
    assert (crowd.failed, crowd.cut) == ({}, {}), crowd.told()
    assert crowd.came[newer.serial]
    synced(host, variables)
    # whoever takes the file away, or puts another one there, has it made anew
    for how in (f"rm {MADE}", f"cat /etc/mine/key.pem > {MADE}"):
        host.sh(how)
        assert host.haproxy(check=True, **variables).result["sync"] == "OutOfSync"
        assert not host.haproxy(**variables).failed
        synced(host, variables)
    assert visitors.secure(host.address, NAME, authority.root).serial == newer.serial
    assert not host.haproxy(**files(first)).failed


@pytest.mark.full
def test_one_that_ends_while_it_is_served_is_degraded_and_told(host: Machine, authority: Authority, first: Issued) -> None:
    soon = authority.issue(*NAMES, begin=-DAY, end=DAY / 24 / 60 / 4)
    host.sh("install -d /var/lib/node_exporter/textfile")
    done = host.haproxy(**files(soon))
    assert not done.failed, done.msg
    check = eventually(lambda: (one := host.haproxy(check=True, **files(soon))).result["health"] == "Degraded" and one, 40)
    assert check.actions == []
    assert f"the certificate of {SITE} ended at " in str(check.result)
    host.sh("systemctl start haproxy-certificate", check=False)
    told = host.sh("cat /var/lib/node_exporter/textfile/certificate.prom")
    assert "edge_certificate_failures 1" in told
    assert "edge_certificate_not_after_timestamp_seconds " in told
    assert not host.haproxy(**files(first)).failed
    synced(host, files(first))


@pytest.mark.full
def test_without_tls_it_is_as_before(host: Machine, first: Issued) -> None:
    assert not host.haproxy().failed
    assert visitors.plain(host.address, NAME).status == 200
    assert host.sh("ls -d /etc/echodiary/tls/* /etc/systemd/system/haproxy-certificate.timer 2>/dev/null", check=False) == ""
    synced(host, {})
