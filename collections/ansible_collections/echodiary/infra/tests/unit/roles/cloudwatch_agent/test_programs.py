# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role brings to a host: a judge of the configuration, a package known by its checksum, and a line for each answer."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import Any

import pytest

ROLE = Path(__file__).parents[4] / "roles/cloudwatch_agent/tree/usr/local/lib/echodiary"
GOOD: dict[str, Any] = {
    "agent": {"region": "ap-northeast-2", "metrics_collection_interval": 60},
    "metrics": {
        "namespace": "echodiary/production",
        "append_dimensions": {"InstanceId": "${aws:InstanceId}"},
        "aggregation_dimensions": [["InstanceId", "path"]],
        "metrics_collected": {
            "mem": {"measurement": ["used_percent"]},
            "disk": {"measurement": ["used_percent"], "resources": ["/"], "drop_device": True, "drop_original_metrics": ["used_percent"]},
        },
    },
    "logs": {"logs_collected": {"files": {"collect_list": [{"file_path": "/x", "log_group_name": "/g", "log_stream_name": "s"}]}}},
}


def program(name: str) -> Any:
    loader = SourceFileLoader(name.replace("-", "_"), str(ROLE / name))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def changed(path: str, value: Any) -> dict[str, Any]:
    """GOOD, but for one place. None takes it away."""
    found = json.loads(json.dumps(GOOD))
    *way, last = path.split(".")
    place = found
    for step in way:
        place = place[int(step) if step.isdigit() else step]
    place.pop(last) if value is None else place.__setitem__(last, value)
    return found


def told(tmp_path: Path, config: Any, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    file = tmp_path / "config.json"
    file.write_text(json.dumps(config))
    return program("cloudwatch-agent-check").main(str(file)), capsys.readouterr().err


def test_what_the_agent_takes_is_taken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(tmp_path, GOOD, capsys) == (0, "")
    assert told(tmp_path, changed("logs", None), capsys) == (0, "")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("metrics.namespace", None),
        ("metrics.namespaze", "x"),
        ("agent.metrics_collection_interval", 0),
        ("agent.metrics_collection_interval", True),
        ("metrics.metrics_collected.mem.measurement", []),
        ("metrics.metrics_collected.mem.measurement", ["used"]),
        ("metrics.metrics_collected.disk.resources", "/"),
        ("metrics.append_dimensions.InstanceId", "i-1"),
        ("logs.logs_collected.files.collect_list", []),
        ("logs.logs_collected.files.collect_list.0.log_group_name", "a group"),
        ("logs.logs_collected.files.collect_list.0.retention", 30),
        ("metrics.endpoint_override", "ftp://x"),
    ],
)
def test_what_it_would_pass_over_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str], path: str, value: Any) -> None:
    code, said = told(tmp_path, changed(path, value), capsys)
    assert code == 1 and path.rpartition(".")[2].replace("0", "") in said


def test_only_the_declared_package_is_taken(tmp_path: Path) -> None:
    module, package, to = program("cloudwatch-agent-package"), tmp_path / "a.deb", tmp_path / "b.deb"
    package.write_bytes(b"a package")
    module.fetch(package.as_uri(), str(to), hashlib.sha256(b"a package").hexdigest())
    assert to.read_bytes() == b"a package"
    with pytest.raises(SystemExit, match="nothing was installed"):
        module.fetch(package.as_uri(), str(to), "0" * 64)


def test_where_the_declared_one_is_installed_nobody_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = program("cloudwatch-agent-package")
    declared = tmp_path / "packages.json"
    declared.write_text(json.dumps({"amd64": {"url": "https://nowhere.invalid/x.deb", "sha256": "AB" * 32}}))
    monkeypatch.setattr(module, "HERE", str(tmp_path / "installed.json"))
    monkeypatch.setattr(module, "said", lambda *command: "amd64" if command[0] == "dpkg" else "installed 1.0")
    module.remember({"sha256": "ab" * 32, "version": "1.0"})
    module.main(str(declared))
    module.remember({"sha256": "ab" * 32, "version": "0.9"})
    with pytest.raises(OSError, match="urlopen"):
        module.main(str(declared))
    monkeypatch.setattr(module, "said", lambda *_: "riscv64")
    with pytest.raises(SystemExit, match="no package for riscv64"):
        module.main(str(declared))


@pytest.fixture
def server() -> Iterator[str]:
    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(int(self.path[1:]))
            self.send_header("Location", "http://127.0.0.1:1/")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Answers) as found:
        threading.Thread(target=found.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{found.server_port}"
        found.shutdown()


def test_each_answer_is_a_line_that_the_filter_knows(server: str, tmp_path: Path) -> None:
    log, module = tmp_path / "health.log", program("cloudwatch-agent-health")
    module.main(str(log), [f"{server}/{status}" for status in (200, 301, 404, 503)] + ["http://127.0.0.1:1/", "nonsense"])
    assert [line.split()[2] for line in log.read_text().splitlines()] == ["OK", "OK", "FAILED", "FAILED", "FAILED", "FAILED"]
    assert all(line.split()[1] == "health-check" for line in log.read_text().splitlines())


def test_its_file_does_not_grow_for_ever(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log, module = tmp_path / "health.log", program("cloudwatch-agent-health")
    monkeypatch.setattr(module, "MOST", 10)
    for _ in range(3):
        module.main(str(log), [f"{server}/200"])
    assert {one.name for one in tmp_path.iterdir()} == {"health.log", "health.log.1"} and len(log.read_text().splitlines()) == 1
