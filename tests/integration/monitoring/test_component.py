# SPDX-License-Identifier: GPL-3.0-or-later
"""A component that somebody adds: its own exporter, scraped and judged by a real Prometheus; and nothing of it once it has left."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests import rendering
from tests.integration import lab_images
from tests.integration.health_gate.service import free_port
from tests.integration.monitoring import adding, promtool
from tests.integration.monitoring.adding import watched
from tests.waiting import eventually

SCENARIO = adding.PLACE / "molecule"
QUICK = {"prometheus_scrape_interval": "1s"}


@pytest.fixture(scope="module", autouse=True)
def image() -> None:
    lab_images.service("prometheus")


@contextlib.contextmanager
def hourglass(port: int, sand: int) -> Iterator[None]:
    """The component's own process, as its Compose file starts it."""
    files = rendering.tree("hourglass", playbook_dir=str(adding.PLACE), hourglass_image="x", hourglass_port=port, hourglass_sand=sand)
    command = yaml.safe_load(files["/opt/hourglass/compose.yaml"].replace("$$", "$"))["services"]["hourglass"]["command"]
    with subprocess.Popen([sys.executable, *command[1:]], stderr=subprocess.DEVNULL) as process:
        try:
            yield
        finally:
            process.kill()


def asked(url: str, body: bytes | None = None) -> Any:
    with urllib.request.urlopen(urllib.request.Request(url, data=body), timeout=5) as answer:
        text = answer.read()
    return json.loads(text)["data"] if text else None


def ready(url: str) -> bool:
    with contextlib.suppress(OSError):
        return bool(asked(f"{url}/api/v1/status/runtimeinfo"))
    return False


def up(url: str) -> dict[tuple[str, str], str]:
    targets = asked(f"{url}/api/v1/targets")["activeTargets"]
    return {(target["labels"]["job"], target["labels"]["instance"]): target["health"] for target in targets}


def alerts(url: str) -> list[str]:
    found = asked(f"{url}/api/v1/alerts")["alerts"]
    return [alert["labels"]["instance"] for alert in found if alert["labels"]["alertname"] == "HourglassLow"]


def test_promtool_takes_it_and_its_cases_hold(tmp_path: Path) -> None:
    files = watched("prometheus", "app1")
    promtool.write(tmp_path, files)
    checked = promtool.promtool(tmp_path, "check", "config", "prometheus.yml")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    rules = {"hourglass-hourglass.yml": files["/etc/prometheus/rules/hourglass-hourglass.yml"]}
    cases = promtool.cases(SCENARIO)
    assert [case["fires"] for case in cases] == [1, 0]
    (tmp_path / "cases").mkdir()
    done = promtool.run(tmp_path / "cases", rules, [promtool.unit_test(case, []) for case in cases])
    assert done.returncode == 0, "\n".join(promtool.failures(done.stdout + done.stderr))


def test_a_real_prometheus_scrapes_and_judges_it_until_it_leaves(tmp_path: Path) -> None:
    port, own = free_port(), free_port()
    with hourglass(port, sand=30):
        promtool.write(tmp_path, watched("prometheus", "mon1", hourglass_port=port, **QUICK))
        with promtool.prometheus(tmp_path, own) as url:
            eventually(lambda: ready(url), 30)
            eventually(lambda: up(url).get(("hourglass", "mon1")) == "up", 30)
            eventually(lambda: alerts(url) == ["mon1"], 30)
            assert ("node", "app1") in up(url)

            shutil.rmtree(tmp_path / "rules")
            promtool.write(tmp_path, watched("prometheus", **QUICK))
            asked(f"{url}/-/reload", b"")
            eventually(lambda: not [job for job, _ in up(url) if job == "hourglass"], 30)
            assert alerts(url) == []
            assert ("node", "app1") in up(url)
