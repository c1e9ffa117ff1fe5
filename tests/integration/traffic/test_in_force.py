# SPDX-License-Identifier: GPL-3.0-or-later
"""What somebody told HAProxy at its socket, or had it read and took away again: found and taken back, and nobody's request is lost."""

from __future__ import annotations

from typing import Any

from tests.integration.converge.machine import Task
from tests.integration.release.machine import Machine

LISTED = {"components": ["haproxy", "app", "shop", "desk", "mailer"]}
RESOURCE = "haproxy:/run/haproxy/admin.sock"

#: at once; of a frontend that is shut there is nothing else to tell
TOLD = {
    "disable frontend internal": "frontend internal",
    "set maxconn frontend edge 7": "frontend edge maxconn",
    "set maxconn global 99": "maxconn",
    "set rate-limit connections global 5": "rate-limit connections",
    "set rate-limit sessions global 5": "rate-limit sessions",
    "disable health shop/blue": "server shop/blue checks",
    "set maxconn server shop/blue 4": "server shop/blue maxconn",
}
PUT_BACK = """
cp -p /etc/haproxy/haproxy.cfg /root/ours && sed -i 's/timeout connect .*/timeout connect 9s/' /etc/haproxy/haproxy.cfg
systemctl reload haproxy && sleep 1 && cp -p /root/ours /etc/haproxy/haproxy.cfg
"""


def played(host: Machine) -> tuple[Task, Task, Task]:
    """A check, a converge, and a check."""
    tasks: list[dict[str, Any]] = [{"components": ["haproxy"], "check": check, "vars": LISTED} for check in (True, False, True)]
    check, done, after = host.play(*tasks).tasks["machine"]
    assert not done.failed, done.msg
    assert (after.actions, after.result["sync"], after.result["health"]) == ([], "Synced", "Healthy"), after.result
    return check, done, after


def tell(host: Machine, *commands: str) -> None:
    assert host.parts(f"haproxy.ask(EDGE, {';'.join(commands)!r})").strip() == ""


def of_addresses(host: Machine) -> str:
    """The number of a rule that takes addresses."""
    told = host.parts("haproxy.ask(EDGE, 'show acl')")
    return next(line.split()[0] for line in told.splitlines() if "acl 'src'" in line)


def test_what_was_told_at_its_socket_is_taken_back_there(host: Machine) -> None:
    host.forget()
    played(host)
    pid = host.parts("haproxy.ask(EDGE, 'show info')").partition("Pid: ")[2].split()[0]
    tell(host, *TOLD)
    check, done, _ = played(host)
    [change] = check.changes
    assert (change["resource"], change["action"], change["origin"]) == (RESOURCE, "update", "corrective")
    assert change["fields"].keys() == set(TOLD.values())
    assert done.actions == check.actions
    assert f"Pid: {pid}\n" in host.parts("haproxy.ask(EDGE, 'show info')"), "told, and not begun anew"


def test_what_only_a_new_worker_has_is_read_anew(host: Machine) -> None:
    host.forget()
    played(host)
    for do, field in (
        ((f"add acl #{of_addresses(host)} 0.0.0.0/0",), "maps and rules"),
        (("shutdown frontend edge",), "frontend edge"),
        ((), "files"),
    ):
        tell(host, *do) if do else host.sh(PUT_BACK)
        check, _, _ = played(host)
        # of files that were put back, its unit says as well that it has not read them
        [change] = [one for one in check.changes if one["resource"] == RESOURCE]
        assert (change["action"], list(change["fields"])) == ("reload", [field])


def test_that_it_was_reloaded_or_begun_anew_is_no_difference(host: Machine) -> None:
    host.forget()
    played(host)
    host.sh("systemctl reload haproxy; sleep 1; systemctl restart haproxy; sleep 1")
    check, _, _ = played(host)
    assert check.actions == []
