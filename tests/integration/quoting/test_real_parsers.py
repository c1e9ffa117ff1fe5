# SPDX-License-Identifier: GPL-3.0-or-later
"""The programs that read what was quoted are asked what they read: Compose, promtool, HAProxy, as hosts have them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._common import quoting

from tests import nasty, rendering
from tests.integration import lab_images
from tests.integration.monitoring import promtool
from tests.unit.quoting.test_rendered import hosts_called


@pytest.fixture(scope="module")
def host_image() -> str:
    return lab_images.host()


def inside(image: str, place: Path, *command: str) -> subprocess.CompletedProcess[str]:
    words = ["docker", "run", "--rm", "--network=none", f"--volume={place}:/here", "--workdir=/here", f"--entrypoint={command[0]}", image]
    return subprocess.run([*words, *command[1:]], capture_output=True, text=True, timeout=120, check=False)


def test_compose_gives_containers_what_was_written(tmp_path: Path, host_image: str) -> None:
    """By env_file and by environment, every text at once. `config` doubles the dollars again that it prints."""
    by_file = {f"F{number}": text for number, text in enumerate(nasty.ONE_LINE)}
    by_value = {f"V{number}": text for number, text in enumerate(nasty.ALL)}
    (tmp_path / "x.env").write_text("".join(f"{name}={quoting.env_value(text)}\n" for name, text in by_file.items()), encoding="utf-8")
    values = "".join(f"      {name}: {quoting.compose_value(text)}\n" for name, text in by_value.items())
    (tmp_path / "compose.yaml").write_text(
        f"services:\n  a:\n    image: x\n    env_file: x.env\n    environment:\n{values}", encoding="utf-8"
    )
    done = inside(host_image, tmp_path, "docker", "compose", "config", "--format", "json")
    assert done.returncode == 0, done.stderr
    read = {name: str(value).replace("$$", "$") for name, value in json.loads(done.stdout)["services"]["a"]["environment"].items()}
    assert {name: text for name, text in by_file.items() if read[name] != text} == {}
    assert {name: text for name, text in by_value.items() if read[name] != text} == {}


def test_prometheus_takes_hosts_of_any_name(tmp_path: Path) -> None:
    lab_images.service("prometheus")
    name = 'web "1" it\'s $x\nback\\slash #b: {{ y }} ü'
    for path, text in rendering.tree("prometheus", **hosts_called(name)).items():
        if path.startswith("/etc/prometheus/"):
            file = tmp_path / path.removeprefix("/etc/prometheus/")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
    tmp_path.chmod(0o755)  # promtool runs as nobody
    done = promtool.promtool(tmp_path, "check", "config", "prometheus.yml")
    assert done.returncode == 0, done.stdout + done.stderr


def test_haproxy_takes_paths_of_any_text(tmp_path: Path, host_image: str) -> None:
    texts = [text for text in nasty.ONE_LINE if text]
    rules = [f"  http-request deny if {{ path -- {quoting.haproxy_text(text)} }}" for text in texts]
    timeouts = [f"  timeout {what} 1s" for what in ("client", "server", "connect")]
    lines = ["defaults", "  mode http", *timeouts, "frontend f", "  bind :1", *rules]
    (tmp_path / "x.cfg").write_text("\n".join(lines) + "\n", encoding="utf-8")
    done = inside(host_image, tmp_path, "haproxy", "-c", "-f", "x.cfg")
    assert done.returncode == 0, done.stdout + done.stderr
