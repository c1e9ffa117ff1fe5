# SPDX-License-Identifier: GPL-3.0-or-later
"""A package repository with a key of its own: refused while it cannot be had, predicted, brought before its package, mended, gone again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.converge.machine import Machine, task

#: one package, signed; what an archive's own tools write, as far as apt reads it
MAKE = """
set -e
apt-get install -qq --no-install-recommends gpg gpg-agent >/dev/null 2>&1
mkdir -p /srv/repo/dists/any/main/binary-all /srv/tool/DEBIAN /srv/tool/usr/bin && cd /srv/repo
printf 'Package: echodiary-tool\\nVersion: 1\\nArchitecture: all\\nMaintainer: x\\nDescription: x\\n' > /srv/tool/DEBIAN/control
printf '#!/bin/sh\\necho from the repository\\n' > /srv/tool/usr/bin/echodiary-tool; chmod 755 /srv/tool/usr/bin/echodiary-tool
dpkg-deb -b /srv/tool tool.deb >/dev/null
digest() { sha256sum "$1" | cut -d' ' -f1; }
size() { stat -c %s "$1"; }
list=main/binary-all/Packages
cp /srv/tool/DEBIAN/control dists/any/$list
printf 'Filename: tool.deb\\nSize: %s\\nSHA256: %s\\n' $(size tool.deb) $(digest tool.deb) >> dists/any/$list
cd dists/any
printf 'Suite: any\\nCodename: any\\nArchitectures: all\\nComponents: main\\nDate: %s\\nSHA256:\\n %s %s %s\\n' \
  "$(date -Ru)" $(digest $list) $(size $list) $list > Release
export GNUPGHOME=/srv/keys; mkdir -m 700 -p $GNUPGHOME
gpg -q --batch --passphrase '' --quick-gen-key tools@example ed25519 sign never
gpg -q --batch --clearsign -o InRelease Release
"""
SERVE = "systemd-run -q --collect --unit repo python3 -m http.server -d /srv/repo -b 127.0.0.1 8990"
FILE = "/etc/apt/sources.list.d/tools.sources"
COMPONENT = """
---
repositories: "{{ tooled_repositories }}"
packages: "{{ ['echodiary-tool'] if tooled_repositories else [] }}"
"""


@pytest.fixture
def tooled(fresh: Machine) -> Iterator[str]:
    fresh.sh(MAKE)
    yield fresh.role("tooled", component=COMPONENT, defaults="---\ntooled_repositories: {}\n")
    fresh.sh(
        f"systemctl stop repo; apt-get purge -qq echodiary-tool gpg gpg-agent python3-debian; rm -rf {FILE} /srv/repo /srv/keys /srv/tool; "
        "rm -f /var/lib/echodiary/components/tooled.json; apt-get update -qq",
        check=False,
    )


def test_a_repository_of_ones_own(fresh: Machine, tooled: str) -> None:
    key = fresh.sh("GNUPGHOME=/srv/keys gpg -q --armor --export tools@example")
    tools = {"tools": {"uri": "http://127.0.0.1:8990", "suite": "any", "components": ["main"], "key": key}}

    def converge(*, check: bool = False) -> dict[str, object]:
        return task([tooled], check=check, tooled_repositories=tools)

    touched = f"ls {FILE} 2>/dev/null; md5sum /var/lib/dpkg/status"
    before = fresh.sh(touched, check=False)
    run = fresh.play(converge(check=True), converge())
    for refused in (run[0], run[1]):
        assert refused.failed
        assert "repository tools cannot be had from this host" in refused.msg
        assert "http://127.0.0.1:8990/dists/any/InRelease" in refused.msg
    assert fresh.sh(touched, check=False) == before

    fresh.sh(f"{SERVE}; sleep 1")
    all_of_it = fresh.footprint()
    predicted = fresh.play(converge(check=True))[0]
    assert predicted.actions == [("package:echodiary-tool", "install", "pending"), ("repository:tools", "create", "pending")]
    assert fresh.footprint() == all_of_it
    run = fresh.play(converge(), converge(), converge(check=True))
    assert not run[0].failed, run[0].msg
    assert fresh.sh("echodiary-tool") == "from the repository"
    assert [(one.changes, one.result["remote_calls"]) for one in (run[1], run[2])] == [([], 1), ([], 1)]

    fresh.sh(f"echo 'Trusted: yes' >> {FILE}")
    run = fresh.play(converge(check=True), converge(), task([tooled]), task([tooled], check=True))
    assert run[0].actions == [("repository:tools", "update", "corrective")]
    assert not run[1].failed, run[1].msg
    assert {(one["resource"], one["action"]) for one in run[2].changes} == {
        ("repository:tools", "remove"), ("package:echodiary-tool", "report"),
    }  # fmt: skip
    assert fresh.sh(f"test -e {FILE} || echo gone") == "gone"
    assert [one["resource"] for one in run[3].changes] == ["package:echodiary-tool"]
