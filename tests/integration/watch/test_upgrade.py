# SPDX-License-Identifier: GPL-3.0-or-later
"""A package that upgrades itself is nobody's hand: at each of its scripts, and afterwards, a check has nothing to say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.watch.conftest import COMPONENTS, Machine

#: in dpkg's order; the old one's postrm runs while the new files lie there and dpkg has not written down whose they are
SCRIPTS = ("prerm", "preinst", "postrm", "postinst")

#: two versions of a package with all that is watched; each script waits for as long as somebody says so
MAKE = r"""
set -e
apt-get install -qq --no-install-recommends gpg gpg-agent >/dev/null 2>&1
build() {
  rm -rf /srv/tool && mkdir -p /srv/tool/DEBIAN /srv/tool/etc/cron.d /srv/tool/usr/bin /srv/tool/usr/lib/systemd/system && cd /srv/tool
  printf 'Package: echodiary-tool\nVersion: %s\nArchitecture: all\nMaintainer: x\nDescription: x\n' $1 > DEBIAN/control
  printf '/etc/echodiary-tool.conf\n/etc/cron.d/echodiary-tool\n' > DEBIAN/conffiles
  echo "version = $1" > etc/echodiary-tool.conf
  echo "$1 3 * * * root true" > etc/cron.d/echodiary-tool
  printf '#!/bin/sh\necho %s\n' $1 > usr/bin/echodiary-tool
  cp usr/bin/echodiary-tool usr/bin/echodiary-tool$1
  unit=usr/lib/systemd/system/echodiary-tool.service
  printf '[Unit]\nStartLimitIntervalSec=0\n[Service]\nExecStart=/bin/sleep %s0000\n[Install]\nWantedBy=multi-user.target\n' $1 > $unit
  for script in preinst postinst prerm postrm; do
    printf '#!/bin/sh\nset -e\n' > DEBIAN/$script
    echo "test ! -e /run/tool || { touch /run/tool/at.$script; until test -e /run/tool/go.$script; do sleep 0.05; done; }" >> DEBIAN/$script
  done
  cat >> DEBIAN/postinst <<'END'
deb-systemd-helper unmask echodiary-tool.service >/dev/null
deb-systemd-helper enable echodiary-tool.service >/dev/null
systemctl daemon-reload
deb-systemd-invoke restart echodiary-tool.service >/dev/null
END
  echo 'test "$1" != remove || deb-systemd-invoke stop echodiary-tool.service >/dev/null' >> DEBIAN/prerm
  echo 'test "$1" != purge || deb-systemd-helper purge echodiary-tool.service >/dev/null' >> DEBIAN/postrm
  (find etc usr -type f | grep -v ^etc | xargs md5sum) > DEBIAN/md5sums
  chmod 755 DEBIAN/p* usr/bin/*
  dpkg-deb -b /srv/tool /srv/repo/tool_$1.deb >/dev/null
}
mkdir -p /srv/repo/dists/any/main/binary-all
build 1; build 2
"""
#: what an archive's own tools write, as far as apt reads it
PUBLISH = r"""
set -e
cd /srv/repo
digest() { sha256sum "$1" | cut -d' ' -f1; }
size() { stat -c %s "$1"; }
list=main/binary-all/Packages
dpkg-deb -f tool_VERSION.deb > dists/any/$list
printf 'Filename: tool_VERSION.deb\nSize: %s\nSHA256: %s\n' $(size tool_VERSION.deb) $(digest tool_VERSION.deb) >> dists/any/$list
cd dists/any
printf 'Origin: Tools\nSuite: any\nCodename: any\nArchitectures: all\nComponents: main\nDate: %s\nSHA256:\n %s %s %s\n' \
  "$(date -Ru)" $(digest $list) $(size $list) $list > Release
export GNUPGHOME=/srv/keys; mkdir -m 700 -p $GNUPGHOME
gpg -q --batch --list-keys tools@example >/dev/null 2>&1 || gpg -q --batch --passphrase '' --quick-gen-key tools@example ed25519 sign never
rm -f InRelease && gpg -q --batch --clearsign -o InRelease Release
"""
COMPONENT = """
---
repositories: "{{ tooled_repositories }}"
packages: [echodiary-tool]
units:
  echodiary-tool.service: {state: started, enabled: true}
"""
GONE = """
apt-get purge -qq -y echodiary-tool gpg gpg-agent >/dev/null
rm -rf /etc/apt/sources.list.d/tools.sources /srv/repo /srv/keys /srv/tool /run/tool /var/lib/echodiary/components/tooled.json
apt-get update -qq; systemctl daemon-reload
"""


@pytest.fixture
def tooled(machine: Machine) -> Iterator[dict[str, Any]]:
    """Version 1 is converged, with where it comes from; what people declare for that."""
    machine.sh(MAKE)
    machine.sh(PUBLISH.replace("VERSION", "1"))
    machine.role("tooled", component=COMPONENT, defaults="---\ntooled_repositories: {}\n")
    key = machine.sh("GNUPGHOME=/srv/keys gpg -q --armor --export tools@example")
    tools = {"uri": "file:/srv/repo", "suite": "any", "components": ["main"], "key": key}
    yield {"tooled_repositories": {"tools": tools}, "baseline_unattended_origins": ["origin=Tools"]}
    machine.sh(GONE, check=False)
    converged = machine.converge()
    assert not converged.failed, converged.msg


def task(machine: Machine, declared: dict[str, Any], *, check: bool = False) -> dict[str, Any]:
    return {**machine.task(check=check, **declared), "components": [*COMPONENTS, "tooled"]}


@pytest.mark.full
def test_a_package_that_upgrades_itself_is_no_difference(machine: Machine, tooled: dict[str, Any]) -> None:
    def said() -> tuple[list[tuple[str, str]], str, str]:
        checked = machine.play(task(machine, tooled, check=True))[0]
        assert not checked.failed, checked.msg
        return [(one["resource"], one["why"]) for one in checked.changes], checked.result["sync"], checked.result["health"]

    run = machine.play(task(machine, tooled))
    assert not run[0].failed, run[0].msg
    quiet = ([], "Synced", "Healthy")
    assert said() == quiet
    machine.sh(PUBLISH.replace("VERSION", "2"))
    machine.sh("apt-get update -qq && mkdir /run/tool")
    upgrade = machine.start("unattended-upgrade -v 2>&1")
    found = {}
    for script in SCRIPTS:
        machine.sh(f"until test -e /run/tool/at.{script}; do sleep 0.05; done")
        found[script] = said()
        machine.sh(f"touch /run/tool/go.{script}")
    output, _ = upgrade.communicate(timeout=60)
    assert machine.sh("echodiary-tool; cat /etc/echodiary-tool.conf; cut -c1 /etc/cron.d/echodiary-tool") == "2\nversion = 2\n2", output
    assert {**found, "after": said()} == dict.fromkeys([*SCRIPTS, "after"], quiet)
