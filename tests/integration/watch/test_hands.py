# SPDX-License-Identifier: GPL-3.0-or-later
"""What people and attackers do to a host behind git's back: a check names each, an apply ends what it may, the next check is clean."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from tests.integration.watch.conftest import Machine

UNIT = "[Service]\\nExecStart=/bin/sleep 1000\\n"


class Hand(NamedTuple):
    """``proof``: holds once it is ended; empty where nothing of ours may end it."""

    do: str
    resource: str
    proof: str = ""


def gone(path: str) -> str:
    return f"test ! -e {path} && test ! -L {path}"


def stranger(path: str, content: str = "x") -> Hand:
    return Hand(f"mkdir -p $(dirname {path}) && printf '{content}' > {path}", f"stranger:{path}", gone(path))


HANDS = {
    # who may enter, and as whom
    "sshd drop-in": stranger("/etc/ssh/sshd_config.d/00-hand.conf", "PermitRootLogin yes\\nPasswordAuthentication yes\\n"),
    "sudoers drop-in": stranger("/etc/sudoers.d/hand", "nobody ALL=(ALL) NOPASSWD: ALL\\n"),
    "PAM of sshd": Hand("echo 'auth sufficient pam_permit.so' >> /etc/pam.d/sshd", "file:/etc/pam.d/sshd"),
    "PAM of all": Hand("echo '# hand' >> /etc/pam.d/common-auth", "file:/etc/pam.d/common-auth", "! grep hand /etc/pam.d/common-auth"),
    "shadow for all to write": Hand("chmod 666 /etc/shadow", "file:/etc/shadow", "test $(stat -c %a /etc/shadow) = 640"),
    "sudoers itself": Hand("echo '# hand' >> /etc/sudoers", "file:/etc/sudoers"),
    "certificate authority": stranger("/etc/ssl/certs/hand.pem"),
    "setuid shell": Hand("cp /bin/true /usr/local/bin/hand; chmod 4755 /usr/local/bin/hand", "privilege:/usr/local/bin/hand", "true"),
    "setuid where it was not": Hand("chmod u+s /usr/bin/env", "privilege:/usr/bin/env", "test ! -u /usr/bin/env"),
    # what runs, now or later
    "crontab": stranger("/var/spool/cron/crontabs/root", "* * * * * true\\n"),
    "cron.d": stranger("/etc/cron.d/hand", "* * * * * root true\\n"),
    "at": stranger("/var/spool/cron/atjobs/a00001"),
    "unit": Hand(
        f"printf '{UNIT}' > /etc/systemd/system/hand.service && systemctl daemon-reload && systemctl start hand",
        "stranger:/etc/systemd/system/hand.service", gone("/etc/systemd/system/hand.service") + " && ! systemctl -q is-active hand"),
    "unit until the next boot": stranger("/run/systemd/system/handrun.service", UNIT),
    "transient timer": Hand(
        "systemd-run -q --on-calendar=daily --unit=hand-timer /bin/true", "stranger:/run/systemd/transient/hand-timer.timer",
        "! systemctl -q is-active hand-timer.timer"),
    "generator": stranger("/etc/systemd/system-generators/hand"),
    "defaults of systemd": stranger("/etc/systemd/system.conf.d/hand.conf", "[Manager]\\nDefaultLimitNOFILE=64\\n"),
    "environment of systemd": Hand(
        "systemctl set-environment LD_PRELOAD=/nowhere.so", "environment:LD_PRELOAD", "! systemctl show-environment | grep LD_PRELOAD"),
    "masked": Hand(
        "systemctl mask -q fstrim.service", "stranger:/etc/systemd/system/fstrim.service",
        "test $(systemctl show -p LoadState --value fstrim.service) = loaded"),
    "disabled": Hand(
        "systemctl disable -q unattended-upgrades", "unit:unattended-upgrades.service", "systemctl -q is-enabled unattended-upgrades"),
    "default target": Hand("systemctl set-default -q rescue.target", "file:/etc/systemd/system/default.target"),
    "rc.local": stranger("/etc/rc.local"),
    "preloaded library": stranger("/etc/ld.so.preload", ""),
    "profile": stranger("/etc/profile.d/hand.sh"),
    "environment": Hand("echo PATH=/tmp >> /etc/environment", "file:/etc/environment", "! grep /tmp /etc/environment"),
    "root's shell": Hand("echo 'alias ls=rm' >> /root/.bashrc", "file:/root/.bashrc", "! grep rm /root/.bashrc | grep -q ls=rm"),
    "program earlier in the path": stranger("/usr/local/bin/docker"),
    "program beside packages'": stranger("/usr/bin/hand2"),
    "program of a package": Hand("printf x >> /usr/bin/chronyc", "package_file:/usr/bin/chronyc"),
    "program of a package gone": Hand("rm /usr/bin/chage", "package_file:/usr/bin/chage"),
    "plugin of Docker": stranger("/usr/local/lib/docker/cli-plugins/docker-hand"),
    "settings of Docker's client": stranger("/root/.docker/config.json", "{}"),
    "Python for everybody": stranger("/usr/lib/python3/dist-packages/hand.pth", ""),
    # what users get
    "hosts.deny": Hand("echo '# hand' >> /etc/hosts.deny", "file:/etc/hosts.deny", "! grep hand /etc/hosts.deny"),
    "names": Hand("echo '10.9.9.9 hand' >> /etc/hosts", "file:/etc/hosts"),
    "resolver": Hand("echo 'options ndots:9' >> /etc/resolv.conf", "file:/etc/resolv.conf"),
    "name service": Hand("echo '# hand' >> /etc/nsswitch.conf", "file:/etc/nsswitch.conf", "! grep hand /etc/nsswitch.conf"),
    "packets dropped": Hand(
        "iptables -I INPUT -p tcp --dport 8123 -j DROP", "packets:iptables -A INPUT -p tcp -m tcp --dport 8123 -j DROP",
        "! iptables-save | grep 8123 | grep -- -j.DROP"),
    "packets dropped before Docker": Hand(
        "iptables -I DOCKER-USER -j DROP", "packets:iptables -A DOCKER-USER -j DROP", "! iptables-save | grep -- 'USER -j DROP'"),
    "packets turned elsewhere": Hand(
        "iptables -t nat -I PREROUTING -p tcp --dport 22 -j REDIRECT --to-ports 23",
        "packets:iptables -t nat -A PREROUTING -p tcp -m tcp --dport 22 -j REDIRECT --to-ports 23", "! iptables-save | grep 'ports 23'"),
    "policy": Hand("ip6tables -P OUTPUT DROP", "packets:ip6tables -P OUTPUT DROP", "! ip6tables-save | grep 'OUTPUT DROP'"),
    "nowhere": Hand("ip route add blackhole 192.0.2.0/24", "packets:route 192.0.2.0/24", "! ip route | grep 192.0.2"),
    "slow network": Hand("tc qdisc add dev lo root pfifo_fast 2>/dev/null; tc qdisc replace dev lo root tbf rate 1mbit burst 32kbit "
                         "latency 400ms", "packets:tc lo", "! tc qdisc show dev lo | grep tbf"),
    # what the next boot does
    "kernel setting for the next boot": stranger("/etc/sysctl.d/99-hand.conf", "net.core.somaxconn=1\\n"),
    "module": stranger("/etc/modules-load.d/hand.conf"),
    "module kept out": stranger("/etc/modprobe.d/hand.conf", "install nf_tables /bin/false\\n"),
    "device rule": stranger("/etc/udev/rules.d/99-hand.rules"),
    "file of the next boot": stranger("/etc/tmpfiles.d/hand.conf", "f /etc/x\\n"),
    "fstab": Hand("echo '/nowhere none swap sw,nofail 0 0' >> /etc/fstab", "file:/etc/fstab", "! grep nowhere /etc/fstab"),
    "mounted over": Hand("mkdir -p /tmp/h && mount --bind /tmp/h /usr/share/zoneinfo", "mount:/usr/share/zoneinfo",
                         "test -e /usr/share/zoneinfo/Etc/UTC"),
    "time zone": Hand("ln -sf /usr/share/zoneinfo/Asia/Tokyo /etc/localtime", "file:/etc/localtime"),
    "locale": Hand("echo LANG=xx > /etc/locale.conf", "file:/etc/locale.conf", "true"),
    "host name": Hand("hostname hand", "host:name", "test $(hostname) = $(cat /etc/hostname)"),
    # updates and logs
    "apt source": stranger("/etc/apt/sources.list.d/hand.list", "deb [trusted=yes] http://192.0.2.1/ x main\\n"),
    "apt pin": stranger("/etc/apt/preferences.d/hand", "Package: *\\nPin: release a=sid\\nPin-Priority: 999\\n"),
    "apt key": stranger("/etc/apt/trusted.gpg.d/hand.asc"),
    "dpkg hook": stranger("/etc/dpkg/dpkg.cfg.d/hand", "# hand\\n"),
    "journal": stranger("/etc/systemd/journald.conf.d/99-hand.conf", "[Journal]\\nStorage=none\\n"),
    "configuration of a package gone": Hand("rm /etc/cron.daily/apt-compat", "file:/etc/cron.daily/apt-compat"),
    "directory for all to write": Hand("chmod 777 /etc/profile.d", "file:/etc/profile.d", "test $(stat -c %a /etc/profile.d) = 775"),
    # containers
    "privileged container": Hand(
        "docker run -d --name hand --privileged -v /:/host converge-test/web:1 /bin/sleep 1000", "container:hand",
        "! docker inspect hand >/dev/null 2>&1"),
    "container in our network": Hand(
        "docker run -d --name hand2 --network web_default converge-test/web:1 /bin/sleep 1000", "container:hand2",
        "! docker inspect hand2 >/dev/null 2>&1"),
}  # fmt: skip

#: of what only people may end, and what they do about it here
UNDO = """
umount /tmp/none 2>/dev/null
sed -i '/10.9.9.9 hand/d' /etc/hosts 2>/dev/null || { grep -v '10.9.9.9 hand' /etc/hosts > /tmp/h1; cat /tmp/h1 > /etc/hosts; }
grep -v ndots:9 /etc/resolv.conf > /tmp/h2; cat /tmp/h2 > /etc/resolv.conf
ln -sf /usr/share/zoneinfo/Etc/UTC /etc/localtime
ln -sf /usr/lib/systemd/system/multi-user.target /etc/systemd/system/default.target
"""


@pytest.fixture(scope="module")
def found(machine: Machine) -> dict[str, dict[str, object]]:
    """All hands at once, then one check: resource -> change."""
    for name, hand in HANDS.items():
        assert machine.sh(f"({hand.do}) 2>&1 >/dev/null; echo rc $?", check=False).endswith("rc 0"), name
    checked = machine.check()
    assert checked.components["baseline"]["sync"] == "OutOfSync"
    return {change["resource"]: change for change in checked.components["baseline"]["changes"]}


@pytest.mark.parametrize("name", HANDS)
def test_a_check_names_it(found: dict[str, dict[str, object]], name: str) -> None:
    hand = HANDS[name]
    assert hand.resource in found, sorted(found)
    assert found[hand.resource]["origin"] == "corrective"
    assert found[hand.resource]["action"] == "report", "nothing is taken away by default"


def test_what_people_chose_is_ended_and_the_rest_says_how(machine: Machine, found: dict[str, dict[str, object]]) -> None:
    ended = machine.converge(baseline_remove=["**"])
    assert not ended.failed, ended.msg
    for name, hand in HANDS.items():
        if hand.proof:
            machine.sh(f"{hand.proof} || {{ echo {name!r} is still there; exit 1; }}")
    left = {change["resource"]: change for change in machine.check().changes}
    assert set(left) <= {hand.resource for hand in HANDS.values() if not hand.proof}
    steps = {str(change["why"]).partition("to put it right: ")[2] for change in left.values()} - {""}
    machine.sh("".join(f"{step} >/dev/null\n" for step in sorted(steps)) + UNDO)
    again = machine.check()
    assert [change["resource"] for change in again.changes] == []


def test_a_quiet_host_has_nothing_to_say(machine: Machine) -> None:
    """After the others."""
    before = machine.footprint()
    checked = machine.check()
    assert (checked.components["baseline"]["sync"], checked.components["baseline"]["health"]) == ("Synced", "Healthy")
    assert machine.footprint() == before
    [told] = [note for note in checked.components["baseline"]["notes"] if "files of packages" in note]
    assert "as they were brought: read since 20" in told, told


def test_what_people_said_of_deploys_is_told_and_no_difference(machine: Machine) -> None:
    def lock(state: str, **given: str) -> dict[str, object]:
        return {"action": {"echodiary.infra.deploy_lock": {"state": state, "owner": "ann", "reason": "holidays", **given}}}

    run = machine.play(lock("frozen", until="2999-01-02T00:00:00Z"), machine.task(check=True), lock("thawed"), machine.task(check=True))
    frozen, thawed = run[1], run[3]
    [told] = frozen.components["baseline"]["said"]
    assert told.startswith("lock deploy: frozen until 2999-01-02T00:00:00Z; said by ann, ") and told.endswith(": holidays"), told
    assert (frozen.changes, frozen.result["sync"], thawed.components["baseline"].get("said", [])) == ([], "Synced", [])
