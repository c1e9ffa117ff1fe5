# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a fleet that ships its logs takes longer to be converged and to be deployed to, than the same fleet without.

    python -m benchmarks.logs_fleet [--rounds 5] [--keep]

Each round both ways once, the other one first each time: `site.yml` where nothing is to be done, thrice after once, of which the median
counts, and a deploy between two releases of one schema. Without: no host's components have `log_shipper`, nor the watcher's `logs`, and
the shipper's units do not run. Makes the end-to-end lab anew and leaves it; with ``--keep`` it takes the one that runs.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import statistics
import time

from benchmarks.deploy_costs import QUICK, RELEASES, well
from benchmarks.deploys import RESULTS
from tests.e2e import drill, fleet

UNITS = "echodiary-log-containers echodiary-log-shipper"
WHAT = {"no-op": "`site.yml`, nothing to do", "deploy": "a deploy"}
_releases = itertools.cycle(RELEASES)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--keep", action="store_true", help="the lab that runs, as it is")
    given = parser.parse_args()
    prepare(given.keep)
    write([rounded(number) for number in range(given.rounds)])


def prepare(keep: bool) -> None:
    os.environ["LAB_LOGS"] = "1"
    if not keep:
        fleet.boot()
    ships(True)
    well(drill.run("site"))
    for tag in RELEASES:
        drill.publish(tag, f"ENV COSTS={tag}")
        well(drill.run("deploy", release=tag, **QUICK))


def ships(wanted: bool) -> None:
    for host in fleet.HOSTS:
        fleet.on(host, f"systemctl {'start' if wanted else 'stop'} {UNITS} 2>/dev/null || true")


def rounded(number: int) -> dict[str, dict[str, float]]:
    """Seconds: what, with and without."""
    row: dict[str, dict[str, float]] = {what: {} for what in WHAT}
    for way in ("with", "without") if number % 2 else ("without", "with"):
        ships(way == "with")
        known = {"lab_logs": way == "with"}
        took("site", **known)
        row["no-op"][way] = statistics.median(took("site", **known) for _ in range(3))
        row["deploy"][way] = took("deploy", release=next(_releases), **QUICK, **known)
        # what still saves would slow the next one down
        fleet.on("app1", fleet.SAVED)
    print("  ".join(f"{what} {way} {seconds:.1f} s" for what, ways in row.items() for way, seconds in ways.items()), flush=True)
    return row


def took(playbook: str, **variables: object) -> float:
    began = time.monotonic()
    well(drill.run(playbook, **variables))
    return time.monotonic() - began


def write(rows: list[dict[str, dict[str, float]]]) -> None:
    lines = [
        f"{len(rows)} pairs, two application hosts and the one that keeps; medians, s",
        "",
        "| | without | with | with / without, of each pair: median | half of the pairs lie in |",
        "|---|---|---|---|---|",
    ]
    for what, title in WHAT.items():
        ratios = [row[what]["with"] / row[what]["without"] for row in rows]
        low, _, high = statistics.quantiles(ratios, n=4)
        without, beside = (statistics.median(row[what][way] for row in rows) for way in ("without", "with"))
        lines.append(f"| {title} | {without:.1f} | {beside:.1f} | {statistics.median(ratios):.2f} | {low:.2f} to {high:.2f} |")
    text, stamp = "\n".join(lines) + "\n", time.strftime("%Y-%m-%dT%H%M%SZ", time.gmtime())
    (RESULTS / f"logs-fleet-{stamp}.json").write_text(json.dumps(rows, indent=1), encoding="utf-8")
    (RESULTS / f"logs-fleet-{stamp}.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
