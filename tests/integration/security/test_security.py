# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook against a service of the test's own, on this machine: what is planted is found, told and kept; mended, it is gone."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import warm
from tests.waiting import eventually

ROOT = Path(__file__).resolve().parents[3]
HERE = Path(__file__).parent
#: what only looks like one: nobody has it
KEY = "AKIA" + "QYLPMN5HFGRTAVXZ"


def free() -> int:
    with contextlib.closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


class Site:
    """``port``: of the service, ``inside``: of what is for the inside; ``other``: one that nobody declares, and that answers while there
    are faults."""

    def __init__(self, place: Path) -> None:
        self.place, self.port, self.inside, self.other = place, free(), free(), free()
        self.repository = place / "repository"
        self.repository.mkdir()
        self.git("init", "-q")
        self.commit("inventory.yml", "region: ap-northeast-2\n")

    def git(self, *words: str) -> None:
        subprocess.run(["git", *words], cwd=self.repository, check=True, capture_output=True)

    def commit(self, name: str, text: str) -> None:
        (self.repository / name).write_text(text)
        self.git("add", name)

    @contextlib.contextmanager
    def serving(self, *, faults: bool) -> Iterator[None]:
        words = [sys.executable, "odd.py", str(self.port), str(self.inside)]
        environment = {**os.environ, **({"FAULTS": "1"} if faults else {})}
        with subprocess.Popen(words, cwd=HERE, env=environment) as process, contextlib.ExitStack() as stack:
            try:
                eventually(self.answers, 20)
                if faults:
                    open_port = stack.enter_context(contextlib.closing(socket.socket()))
                    open_port.bind(("127.0.0.1", self.other))
                    open_port.listen()
                yield
            finally:
                process.terminate()

    def answers(self) -> bool:
        with contextlib.suppress(OSError):
            return bool(self.seen())
        return False

    def seen(self) -> list[str]:
        """The method of every request that the service got."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/seen", timeout=5) as answer:
            found: list[str] = json.loads(answer.read())
            return found

    def run(self, **variables: Any) -> tuple[int, str, dict[str, Any]]:
        """Exit code, output, and the report."""
        own = {
            "ansible_connection": "local", "ansible_host": "127.0.0.1", "ansible_python_interpreter": sys.executable,
            "ansible_become": False, "components": ["haproxy", "shop"], "haproxy_port": self.port, "haproxy_metrics_port": self.inside,
            "haproxy_metrics_bind": "127.0.0.1", "echodiary_environment": "test", "echodiary_secrets_source": "inventory",
            "firewall_ssh_ports": [self.port], "private_address": "127.0.0.1",
        }  # fmt: skip
        inventory, report = self.place / "inventory.json", self.place / "report.json"
        inventory.write_text(json.dumps({"all": {"hosts": {"app1": {}}, "vars": own}}))
        given = {
            "security_repository": str(self.repository), "security_report": str(report), "security_ports": f"{self.port},{self.other}",
            "security_contract_rate": 100, "security_contract_examples": 10, "security_testssl": "no-such-testssl", **variables,
        }  # fmt: skip
        words = [warm.PLAYBOOK, "playbooks/security.yml", "-i", str(inventory), "-e", json.dumps(given)]
        environment = {**os.environ, "ANSIBLE_ROLES_PATH": str(HERE / "roles"), "ANSIBLE_FORCE_COLOR": "0"}
        done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False)
        return done.returncode, done.stdout + done.stderr, json.loads(report.read_text()) if report.exists() else {}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def ids(found: list[dict[str, Any]]) -> set[str]:
    return {one["id"] for one in found}


CHECKS = ["tls", "headers", "internal", "contract", "ports", "secrets"]
LET_BE = [{"finding": "tls:none", "reason": "the test's own service", "until": "2999-01-01"}]


def test_what_is_planted_is_found_and_mended_it_is_gone(site: Site) -> None:
    site.commit("deploy.sh", f"aws configure set aws_access_key_id {KEY}\n")
    with site.serving(faults=True):
        code, output, report = site.run(security_checks=CHECKS)
        methods = set(site.seen())
    assert code == 2, output
    assert ids(report["findings"]) >= {
        "tls:none", "headers:x-content-type-options", "headers:frame", "headers:referrer-policy", "headers:server",
        "headers:cookie:session", "internal:/metrics", "contract:ServerError:GET /entries",
        f"ports:open:{site.other}/tcp", "secrets:deploy.sh:aws-access-key",
    }, output  # fmt: skip
    assert not {one for one in ids(report["findings"]) if one.startswith("internal:/openapi")}, "it is inside alone"
    assert methods <= {"GET", "HEAD"}, "nothing is written"
    assert KEY not in output + json.dumps(report)
    (site.repository / "deploy.sh").write_text("export AWS_PROFILE=shop\n")
    with site.serving(faults=False):
        code, output, report = site.run(security_checks=CHECKS, security_allowed=LET_BE)
    assert (code, ids(report["findings"]), ids(report["allowed"])) == (0, set(), {"tls:none"}), output
    assert {f"app1 ports:open:{site.other}/tcp", "app1 internal:/metrics", "localhost secrets:deploy.sh:aws-access-key"} <= set(
        report["gone"]
    )
    assert report["unchecked"] == []
