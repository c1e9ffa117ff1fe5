# SPDX-License-Identifier: GPL-3.0-or-later
"""The security check of a fleet with TLS and a firewall: nothing but what is let be; then a fault for each check, and each is found."""

from __future__ import annotations

import datetime
import io
import json
import os
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e import drill, fleet, walled
from tests.integration import lab_images
from tests.integration.tls.authority import Authority

pytestmark = [pytest.mark.e2e, pytest.mark.full]

NAME = "diary.example"
#: a host that no other one has to do with, and which may ask nothing
STRANGER = "elsewhere"
#: testssl.sh of the lab's image, for a controller that may have none
TESTSSL = '#!/bin/sh\nexec docker run --rm --network host -v "$PWD:$PWD" -v {place}:{place} {image} testssl "$@"\n'
#: what answers or may answer, and what is round it: all ports of all hosts, twice, take longer than anybody waits for a test
PORTS = "1-1024,3000-3100,4444,5432,6379,8000-8100,8404,9090-9200"
LONG_AGO = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=400)
AUTHORITY = "the authority is the test's own, answers nobody, and gives 30 days"
TLS = ("chain_of_trust", "revocation", "crlDistributionPoints", "ocspURL", "notAfter", "expirationStatus")
#: what a lab cannot have, each with its reason
LET_BE = [
    *({"finding": f"tls:cert_{name}", "reason": AUTHORITY} for name in TLS),
    {"finding": "updates:*", "reason": "the lab's image is as old as it is, and its hosts do not update themselves"},
]
SECRET = "AKIA" + "QYLPMN5HFGRTAVXZ"


class Site:
    def __init__(self, place: Path) -> None:
        self.place, self.report = place, place / "report.json"
        authority = Authority()
        issued = authority.issue(NAME)
        walled.wall(
            haproxy_tls="files", haproxy_tls_names=[NAME], haproxy_tls_certificate=issued.chain, haproxy_tls_key=issued.key,
        )  # fmt: skip
        (place / "authority.pem").write_text(authority.root)
        program = place / "testssl"
        program.write_text(TESTSSL.format(place=place, image=lab_images.service("testssl")))
        program.chmod(0o755)
        self.repository = place / "repository"
        self.repository.mkdir()
        subprocess.run(["git", "init", "-q"], cwd=self.repository, check=True)
        self.commit("README.md", "# Nothing\n")

    def commit(self, name: str, text: str) -> None:
        (self.repository / name).write_text(text)
        subprocess.run(["git", "add", name], cwd=self.repository, check=True)

    def check(self, **variables: Any) -> tuple[int, str, dict[str, Any]]:
        """Exit code, output, report."""
        given = {
            "security_report": str(self.report), "security_testssl": str(self.place / "testssl"), "security_install": True,
            "security_testssl_ca": str(self.place / "authority.pem"), "security_repository": str(self.repository),
            "security_stranger": STRANGER, "security_ports": PORTS, "security_strict": True,
            "security_allowed": [{"until": "2999-01-01", **one} for one in LET_BE], **variables,
        }  # fmt: skip
        began = time.monotonic()
        ran = drill.finish(drill.start("security", "-v", **given), 1500)
        sys.stdout.write(f"\n{time.monotonic() - began:.0f} s\n{ran.output}\n")
        return ran.code, ran.output, json.loads(self.report.read_text())


@pytest.fixture(scope="module")
def site(fresh_fleet: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    place = tmp_path_factory.mktemp("security")
    walled.unsay()
    walled.add(STRANGER, ["baseline"])
    try:
        made = Site(place)
        ran = drill.run("site")
        assert ran.code == 0, ran.output
        yield made
    finally:
        for host in fleet.HOSTS:
            fleet.on(host, "systemctl disable --now echodiary-firewall 2>&1 || true")
        if not os.environ.get("KEEP_FLEET"):
            walled.remove(STRANGER)
            walled.unsay()


def test_a_clean_fleet_has_nothing_but_what_is_let_be(site: Site) -> None:
    code, output, report = site.check()
    assert [one for one in report["findings"] if one["severity"] not in ("info", "low")] == [], output
    assert (code, report["unchecked"]) == (0, []), output


def old_image(host: str) -> None:
    """A container that runs on that host, of an image of long ago."""
    image = fleet.on(host, "docker inspect -f '{{.Image}}' $(docker ps -q | head -1)").strip()
    words = ["docker", "exec", f"{fleet.NAME}-{host}", "docker", "save", image]
    with tarfile.open(fileobj=io.BytesIO(subprocess.run(words, capture_output=True, check=True).stdout)) as packed:
        members = {one.name: content.read() for one in packed if (content := packed.extractfile(one))}
    manifest = json.loads(members["manifest.json"])
    config = json.loads(members[manifest[0]["Config"]])
    config["created"] = LONG_AGO.strftime("%Y-%m-%dT%H:%M:%SZ")
    members["old.json"] = json.dumps(config).encode()
    members["manifest.json"] = json.dumps([{**manifest[0], "Config": "old.json", "RepoTags": ["old:1"]}]).encode()
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    subprocess.run(["docker", "exec", "-i", f"{fleet.NAME}-{host}", "docker", "load"], input=made.getvalue(), check=True)
    fleet.on(host, "docker run -d --name old --entrypoint sleep old:1 infinity")


ARCHIVE = (Path(__file__).parent / "security_archive.sh").read_text(encoding="utf-8")
CFG = "/etc/haproxy/haproxy.cfg"
WEAK = r"s/ssl-min-ver TLSv1.2/ssl-min-ver TLSv1.0/; s/^\( *ssl-default-bind-ciphers \).*/\1ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0/"
ODD = r"/^frontend edge/a \    http-request return status 500 if { url_param(limit) -m found } !{ url_param(limit) -m int 1:200 }"
OLD = r"KexAlgorithms +diffie-hellman-group14-sha1\nMACs +hmac-sha1\n"
LISTENING = "systemd-run -q python3 -m http.server 8000 --directory /srv"
#: what somebody does on app1, and what is found of it there
HANDS: dict[str, tuple[str, set[str]]] = {
    "TLS 1.0 with a weak cipher": (f"sed -i '{WEAK}' {CFG}", {"tls:TLS1"}),
    "a header gone": (f"sed -i '/set-header X-Content-Type-Options/d' {CFG}", {"headers:x-content-type-options"}),
    "the inside open": (f"sed -i '/string \"not found\" if {{ var(txn/d' {CFG}", {"internal:/metrics", "internal:/openapi.json"}),
    "a 500 on odd input": (f"sed -i '{ODD}' {CFG} && systemctl reload haproxy", {"contract:ServerError:GET /entries"}),
    "a port": (f"nft insert rule inet echodiary input tcp dport 8000 accept && {LISTENING}", {"ports:open:8000/tcp"}),
    "a port closed": ("nft insert rule inet echodiary input iifname != lo tcp dport 80 drop", {"ports:closed:80/tcp"}),
    "ssh of old": (
        f"printf '{OLD}' > /etc/ssh/sshd_config.d/00-old.conf && systemctl reload ssh",
        {"ssh:kex:diffie-hellman-group14-sha1", "ssh:mac:hmac-sha1"},
    ),
    "an account without a password": ("useradd -m twin && passwd -qd twin", {"host:AUTH-9283"}),
    "a security update": (ARCHIVE, {"updates:sudo"}),
}


def test_a_fault_for_each_check_is_found(site: Site) -> None:
    for hand, _ in HANDS.values():
        fleet.on("app1", hand)
    old_image("app1")
    site.commit("deploy.sh", f"export AWS_ACCESS_KEY_ID={SECRET}\n")
    over = {"finding": "images:old", "host": "app1", "reason": "until it was built anew", "until": "2020-01-01"}
    entries = [{"until": "2999-01-01", **one} for one in LET_BE if not one["finding"].startswith(("updates", "host"))]
    code, output, report = site.check(security_allowed=[*entries, over])
    assert code == 2, output
    found = {(one["id"], one["host"]) for one in report["findings"]}
    planted = {(one, "app1") for _, several in HANDS.values() for one in several}
    more = {("images:old", "app1"), ("allowed:images:old", "app1"), ("secrets:deploy.sh:aws-access-key", "localhost")}
    assert (planted | more) - found == set(), output
    assert report["unchecked"] == [], output
    assert SECRET not in output
