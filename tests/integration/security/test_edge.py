# SPDX-License-Identifier: GPL-3.0-or-later
"""The checks of an edge against a real HAProxy, with the role's own file, before a real EchoDiary: nothing, and what is planted."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import docker
import pytest

from tests import warm
from tests.integration import lab_images
from tests.integration.edge import edges
from tests.integration.tls.authority import Authority

pytestmark = pytest.mark.full

ROOT = Path(__file__).resolve().parents[3]
NAME = "diary.example"
#: testssl.sh of the lab's image, for a controller that may have none
TESTSSL = '#!/bin/sh\nexec docker run --rm --network host -v "$PWD:$PWD" -v {place}:{place} {image} testssl "$@"\n'
OWN = "the authority is the test's own, and what it signs lives for 30 days"
LET_BE = ["cert_chain_of_trust", "cert_revocation", "cert_crlDistributionPoints", "cert_ocspURL", "cert_notAfter", "cert_expirationStatus"]


class Check:
    def __init__(self, place: Path, edge: edges.Edge, **variables: Any) -> None:
        self.place = place
        self.report = place / "report.json"
        own = {
            "ansible_connection": "local", "ansible_host": "127.0.0.1", "ansible_python_interpreter": sys.executable,
            "ansible_become": False, "components": ["haproxy", "echodiary"], "haproxy_port": edge.port, "haproxy_metrics_port": edge.inside,
            "haproxy_metrics_bind": "127.0.0.1", "echodiary_ports": {"blue": edge.slot, "green": edge.slot + 1},
            "echodiary_environment": "test", "echodiary_secrets_source": "inventory", **variables,
        }  # fmt: skip
        (place / "inventory.json").write_text(json.dumps({"all": {"hosts": {"app1": {}}, "vars": own}}))

    def run(self, *checks: str, **more: Any) -> tuple[set[str], str]:
        """What counts, and the output."""
        let_be = [{"finding": f"tls:{one}", "reason": OWN, "until": "2999-01-01"} for one in LET_BE]
        given = {"security_checks": checks, "security_report": str(self.report), "security_allowed": let_be, **more}
        words = [warm.PLAYBOOK, "playbooks/security.yml", "-i", str(self.place / "inventory.json"), "-e", json.dumps(given)]
        environment = {**os.environ, "ANSIBLE_FORCE_COLOR": "0"}
        done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=900, check=False)
        report = json.loads(self.report.read_text())
        assert report["unchecked"] == [], done.stdout + done.stderr
        return {one["id"] for one in report["findings"] if one["severity"] not in ("info", "low")}, done.stdout + done.stderr


def plant(place: Path, edge: edges.Edge, *changes: tuple[str, str]) -> None:
    """Somebody's hand in HAProxy's file, and a reload; a line that holds a word is changed, or gone."""
    path = place / "etc/haproxy/haproxy.cfg"
    lines = path.read_text().splitlines(keepends=True)
    for word, text in changes:
        assert any(word in line for line in lines), word
        lines = [f"    {text}\n" if text and word in line else "" if word in line else line for line in lines]
    path.write_text("".join(lines))
    docker.from_env().containers.get(f"{edges.NAME}-{edge.port}").kill("SIGUSR2")


INSIDE = ('return status 404 content-type text/plain string "not found" if { var(txn.', "")
HEADER = ("set-header X-Content-Type-Options", "")


def test_headers_and_what_is_for_the_inside(tmp_path: Path) -> None:
    with edges.running(tmp_path) as edge:
        check = Check(tmp_path, edge)
        found, output = check.run("headers", "internal")
        assert found == set(), output
        plant(tmp_path, edge, INSIDE, HEADER)
        found, output = check.run("headers", "internal")
    assert {"headers:x-content-type-options", "internal:/metrics", "internal:/openapi.json"} <= found, output


def test_tls(tmp_path: Path) -> None:
    authority, port = Authority(), edges.free_port()
    issued = authority.issue(NAME)
    tls = {"haproxy_tls": "files", "haproxy_tls_port": port, "haproxy_tls_names": [NAME]}
    (tmp_path / "authority.pem").write_text(authority.root)
    (tmp_path / "testssl").write_text(TESTSSL.format(place=tmp_path, image=lab_images.service("testssl")))
    (tmp_path / "testssl").chmod(0o755)
    given = {"security_testssl": str(tmp_path / "testssl"), "security_testssl_ca": str(tmp_path / "authority.pem")}
    keys = {"haproxy_tls_certificate": issued.chain, "haproxy_tls_key": issued.key}
    with edges.running(tmp_path, **tls, **keys) as edge:
        check = Check(tmp_path, edge, **tls, **keys)
        found, output = check.run("tls", "headers", "internal", **given)
        assert found == set(), output
        weak = "ssl-default-bind-ciphers ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-AES128-GCM-SHA256:@SECLEVEL=0"
        options = "ssl-default-bind-options ssl-min-ver TLSv1.0 no-tls-tickets"
        plant(tmp_path, edge, ("ssl-default-bind-ciphers ", weak), ("ssl-default-bind-options", options))
        found, output = check.run("tls", **given)
    assert {"tls:TLS1", "tls:TLS1_1", "tls:BEAST_CBC_TLS1"} <= found, output
