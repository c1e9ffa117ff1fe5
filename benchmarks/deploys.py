# SPDX-License-Identifier: GPL-3.0-or-later
"""What users lose and how long it takes: our deploy, rollback, restart and change of configuration next to naive ones, in one run.

    python -m benchmarks.deploys [--rate 500]

Makes the end-to-end lab anew, and leaves it. Every step runs under the same load on both hosts.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.e2e import drill, fleet, releases
from tests.revisions import HEAD, NEXT

RESULTS = Path(__file__).parent / "results"
COLUMNS = ("what", "seconds", "sent", "failed", "retried", "lost", "doubled", "longest gap (s)", "p95 (ms)", "ended")


def main() -> None:
    parser = argparse.ArgumentParser(description="Deploys under load, ours and naive")
    parser.add_argument("--rate", type=float, default=500.0, help="requests per second in all")
    arguments = parser.parse_args()
    prepare()
    rows = [measure(name, step, arguments.rate) for name, step in STEPS.items()]
    ratios(rows)
    write(rows, arguments.rate)


def prepare() -> None:
    fleet.lab("down", "--keep-images")
    fleet.lab("up")
    converged = drill.run("site")
    assert converged.code == 0, converged.output
    drill.publish("v2")
    add, drop = 'op.add_column("entries", sa.Column("place", sa.Text(), nullable=True))', 'op.drop_column("entries", "place")'
    drill.publish("v3", files=releases.migration(NEXT, HEAD, add, drop))
    ran = drill.run("deploy", release="v2")
    assert ran.code == 0, ran.output


def playbook(name: str, **variables: Any) -> Callable[[], str]:
    def step() -> str:
        ran = drill.run(name, **variables)
        return "ok" if ran.code == 0 else ran.output[-400:]

    return step


def naive_deploy() -> str:
    """What a developer does by hand: another image into the Compose file, `docker compose up -d`, host after host."""
    for host in drill.APPS:
        directory = f"/opt/echodiary/echodiary/{drill.slots(host)['active']}"
        change = f"sed -i 's|DB_POOL_SIZE: .*|DB_POOL_SIZE: \"4\"|' {directory}/compose.yaml"
        project = f"echodiary-{drill.slots(host)['active']}"
        fleet.on(host, f"{change} && docker compose -p {project} -f {directory}/compose.yaml up -d")
    return "ok"


def naive_restart() -> str:
    for host in drill.APPS:
        fleet.on(host, "docker restart $(docker ps -q --filter name=echodiary-)")
    return "ok"


STEPS: dict[str, Callable[[], str]] = {
    "deploy with a migration": playbook("deploy", release="v3"),
    "rollback": playbook("rollback"),
    "configuration only": playbook("site", echodiary_log_level="warning"),
    "rolling restart": playbook("restart"),
    "naive: docker compose up -d": naive_deploy,
    "naive: docker restart": naive_restart,
}


def measure(name: str, step: Callable[[], str], rate: float) -> dict[str, Any]:
    print(f"{name} ...", flush=True)
    with drill.traffic(rate) as found:
        time.sleep(3)
        began = time.monotonic()
        ended = step()
        seconds = time.monotonic() - began
        time.sleep(3)
    result, ledger = found["result"], found["ledger"]
    gaps = [host["longest_gap"]["seconds"] for host in result.hosts.values()]
    quick = result.kinds["keep-alive"]["milliseconds"]
    values = (
        name,
        round(seconds, 1),
        result.sent,
        result.failed,
        result.retried,
        len(ledger.lost),
        len(ledger.doubled),
        max(gaps),
        quick["p95"],
        ended,
    )
    print("  " + "  ".join(f"{column} {value}" for column, value in zip(COLUMNS[1:], values[1:], strict=True)), flush=True)
    reasons = [{key: failure[key] for key in ("host", "kind", "reason", "count")} for failure in result.failures]
    return dict(zip(COLUMNS, values, strict=True)) | {"generator": result.generator, "failures": reasons}


def ratios(rows: list[dict[str, Any]]) -> None:
    naive = next(row["seconds"] for row in rows if row["what"].startswith("naive: docker compose"))
    for row in rows:
        row["times naive"] = round(row["seconds"] / naive, 2)


def write(rows: list[dict[str, Any]], rate: float) -> None:
    stamp = time.strftime("%Y-%m-%dT%H%M%SZ", time.gmtime())
    (RESULTS / f"deploys-{stamp}.json").write_text(json.dumps({"rate": rate, "rows": rows}, indent=2) + "\n", encoding="utf-8")
    columns = [*COLUMNS, "times naive"]
    lines = [f"# Deploys under load, {rate:g} requests/s on two hosts", "", "| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    lines += ["| " + " | ".join(str(row[column]) for column in columns) + " |" for row in rows]
    text = "\n".join(lines) + "\n"
    (RESULTS / f"deploys-{stamp}.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
