# SPDX-License-Identifier: GPL-3.0-or-later
"""Cases of alerts as data, turned into what `promtool test rules` reads, and promtool itself, from Prometheus' image."""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

IMAGE = "echodiary-lab/prometheus:trixie"
SCENARIOS = Path(__file__).parents[3] / "molecule"
#: as a case says that an alert fires for everything that is expected
ALL = "all"

_RECORDED_FIRST = ("recorded", "objectives", "expected_targets").__contains__

Case = dict[str, Any]


def cases(scenarios: Path = SCENARIOS) -> list[Case]:
    """Every case of every component's scenario, with the file of rules it is about: the one of the same name."""
    files = sorted(scenarios.glob("*/monitoring/cases/*.yml"))
    return [{**case, "file": f"{path.parts[-4]}-{path.name}"} for path in files for case in _in(path)]


def _in(path: Path) -> list[Case]:
    """A list, or one beside what the component exports."""
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    return list(found["cases"] if isinstance(found, dict) else found)


def selector(case: Case) -> str:
    """The alerts a case is about, as PromQL."""
    wanted = {key: case[key] for key in ("severity", "window") if key in case} | {"alertstate": "firing", "alertname": case["alert"]}
    return "ALERTS{" + ",".join(f'{key}="{value}"' for key, value in wanted.items()) + "}"


def unit_test(case: Case, alive: Iterable[str]) -> dict[str, Any]:
    """One entry of promtool's `tests`. ``alive`` are the targets that are up beside those the case names."""
    alive = list(alive)
    series = dict(case["series"])
    if case.get("alive"):
        series |= {target: "1x400" for target in alive if target not in series}
    return {
        "name": f"{case['alert']} {case['severity']}: {case['why']}",
        "interval": case.get("every", "15s"),
        "input_series": [{"series": name, "values": str(values)} for name, values in series.items()],
        "promql_expr_test": [
            {
                "expr": f"count({selector(case)}) or vector(0)",
                "eval_time": case["at"],
                "exp_samples": [{"labels": "{}", "value": len(alive) if case["fires"] == ALL else case["fires"]}],
            }
        ],
    }


def run(place: Path, rules: dict[str, str], tests: list[dict[str, Any]]) -> subprocess.CompletedProcess[str]:
    """`promtool test rules` over the given rule files. Where samples are minutes apart the case takes hours: half an hour will do."""
    every = "15s" if tests[0]["interval"] == "15s" else "30m"
    place.chmod(0o755)
    for name, text in rules.items():
        (place / name).write_text(text, encoding="utf-8")
    # What alerts are computed from is recorded before them, as it is between two evaluations of a running Prometheus.
    names = {group["name"]: None for text in rules.values() for group in yaml.safe_load(text)["groups"]}
    groups = sorted(names, key=lambda name: not _RECORDED_FIRST(name))
    suite = {"rule_files": sorted(rules), "evaluation_interval": every, "group_eval_order": groups, "tests": tests}
    (place / "suite.yml").write_text(json.dumps(suite), encoding="utf-8")
    return promtool(place, "test", "rules", "suite.yml")


def promtool(place: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = ["docker", "run", "--rm", "--network=none", f"--volume={place}:/suite:ro", "--workdir=/suite", "--entrypoint=promtool", IMAGE]
    return subprocess.run([*command, *words], capture_output=True, text=True, timeout=300, check=False)


def write(place: Path, files: dict[str, str]) -> None:
    """Prometheus' configuration as a host gets it, where it reads it; it runs as nobody."""
    place.chmod(0o755)
    for path, text in files.items():
        if path.startswith("/etc/prometheus/"):
            file = place / path.removeprefix("/etc/prometheus/")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")


@contextlib.contextmanager
def prometheus(place: Path, port: int) -> Iterator[str]:
    """The address of one that runs with the configuration in ``place``."""
    name = f"echodiary-test-prometheus-{port}"
    words = ["--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus", "--web.enable-lifecycle"]
    docker = ["docker", "run", "--rm", "--detach", f"--name={name}", "--network=host", f"--volume={place}:/etc/prometheus:ro", IMAGE]
    subprocess.run([*docker, *words, f"--web.listen-address=127.0.0.1:{port}"], check=True, capture_output=True, timeout=60)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        subprocess.run(["docker", "rm", "--force", name], check=True, capture_output=True, timeout=60)


def failures(output: str) -> list[str]:
    """What promtool complained of, without its progress lines."""
    return [line for line in output.splitlines() if line.strip() and not re.match(r"\s*(Unit Testing:|SUCCESS)", line)]
