# SPDX-License-Identifier: GPL-3.0-or-later
"""What a deploy without a migration pays for looking whether there is something to rehearse, and for the backup beside it.

    python -m benchmarks.deploy_costs [--rounds 10] [--keep]

Deploys of two releases of one schema in turn, each way once a round, another one first each time. Makes the end-to-end lab anew and
leaves it; with ``--keep`` it takes the one that runs.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from typing import Any

from benchmarks.deploys import RESULTS
from tests.e2e import drill, fleet

#: without what hosts are watched for, which takes its time whatever is saved
QUICK: dict[str, Any] = {"deploy_rollout": [], "deploy_prometheus_host": "", "deploy_canary": 0}
WAYS: dict[str, dict[str, Any]] = {
    "neither": {"deploy_rehearse": "off", "deploy_backup": "migrations"},
    "rehearsal": {"deploy_rehearse": "warn", "deploy_backup": "migrations"},
    "rehearsal and backup": {"deploy_rehearse": "warn", "deploy_backup": "always"},
}
RELEASES = ("costs-a", "costs-b")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--keep", action="store_true", help="the lab that runs, as it is")
    given = parser.parse_args()
    prepare(given.keep)
    write([rounded(number) for number in range(given.rounds)])


def prepare(keep: bool) -> None:
    if not keep:
        fleet.boot()
        well(drill.run("site"))
    for tag in RELEASES:
        drill.publish(tag, f"ENV COSTS={tag}")
    well(drill.run("deploy", release=RELEASES[0], **QUICK))
    well(drill.run("deploy", release=RELEASES[1], **QUICK))


def rounded(number: int) -> dict[str, float]:
    """Seconds of each way."""
    names = list(WAYS)
    turned = names[number % len(names) :] + names[: number % len(names)]
    row: dict[str, float] = {}
    for place, name in enumerate(turned):
        release = RELEASES[(number * len(names) + place) % 2]
        began = time.monotonic()
        well(drill.run("deploy", release=release, **QUICK, **WAYS[name]))
        row[name] = time.monotonic() - began
        # what still saves would slow the next one down
        fleet.on("app1", "while systemctl is-active -q 'echodiary-deploy-backup-*'; do sleep 0.2; done")
    print("  ".join(f"{name} {row[name]:.1f} s" for name in WAYS), flush=True)
    return row


def well(ran: drill.Ran) -> None:
    if ran.code:
        raise SystemExit(ran.output)


def write(rows: list[dict[str, float]]) -> None:
    lines = [
        f"{len(rows)} rounds",
        "",
        "| | deploy, s (median) | more than neither, s (median) | half of the pairs lie in |",
        "|---|---|---|---|",
    ]
    for name in WAYS:
        more = [row[name] - row["neither"] for row in rows]
        low, _, high = statistics.quantiles(more, n=4)
        middle = statistics.median(row[name] for row in rows)
        lines.append(f"| {name} | {middle:.1f} | {statistics.median(more):+.2f} | {low:+.2f} to {high:+.2f} |")
    text, stamp = "\n".join(lines) + "\n", time.strftime("%Y-%m-%dT%H%M%SZ", time.gmtime())
    (RESULTS / f"deploy-costs-{stamp}.json").write_text(json.dumps(rows, indent=1), encoding="utf-8")
    (RESULTS / f"deploy-costs-{stamp}.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
