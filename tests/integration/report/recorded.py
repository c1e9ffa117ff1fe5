# SPDX-License-Identifier: GPL-3.0-or-later
"""A real Prometheus with what was planted, and its samples as they lie there: reckoned here with nothing but sums and counts, so that
what a report says can be held against it."""

from __future__ import annotations

import contextlib
import json
import subprocess
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.integration.report import planted
from tests.waiting import eventually

IMAGE = "echodiary-lab/prometheus:trixie"
_BLOCKS = "promtool tsdb create-blocks-from --max-block-duration=744h --quiet openmetrics /recorded/recorded.om /tmp/blocks > /dev/null"
_STORED = "--storage.tsdb.path=/tmp/blocks --storage.tsdb.retention.time=20y"
_SERVE = f"exec prometheus --config.file=/dev/null {_STORED} --web.listen-address=127.0.0.1:"

Samples = list[tuple[float, float]]
Labels = dict[str, str]


@contextlib.contextmanager
def prometheus(place: Path, port: int) -> Iterator[str]:
    """The address of one that has the planted weeks and scrapes nothing."""
    place.chmod(0o755)
    (place / "recorded.om").write_text("\n".join(planted.openmetrics()) + "\n")
    name = f"echodiary-test-report-{port}"
    docker = ["docker", "run", "--rm", "--detach", f"--name={name}", "--network=host", f"--volume={place}:/recorded:ro"]
    docker += ["--entrypoint=sh", IMAGE, "-c", f"{_BLOCKS} && {_SERVE}{port}"]
    subprocess.run(docker, check=True, capture_output=True, timeout=60)
    try:
        url = f"http://127.0.0.1:{port}"
        eventually(lambda: _is_ready(url), 60, "Prometheus serves what was recorded")
        yield url
    finally:
        subprocess.run(["docker", "rm", "--force", name], check=True, capture_output=True, timeout=60)


def _is_ready(url: str) -> bool:
    with contextlib.suppress(OSError):
        return bool(query(url, "count(up)", planted.END))
    return False


def query(url: str, promql: str, at: float) -> list[dict[str, Any]]:
    data = urllib.parse.urlencode({"query": promql, "time": at}).encode()
    with urllib.request.urlopen(f"{url}/api/v1/query", data=data, timeout=30) as answer:
        found: list[dict[str, Any]] = json.load(answer)["data"]["result"]
    return found


class Weeks:
    """Samples of one week, by selector."""

    def __init__(self, url: str, end: int) -> None:
        self.url, self.end, self.begin = url, end, end - planted.WEEK

    def raw(self, selector: str) -> list[tuple[Labels, Samples]]:
        """All that lie in the week."""
        return self.between(selector, self.begin, self.end)

    def between(self, selector: str, begin: float, end: float) -> list[tuple[Labels, Samples]]:
        found = query(self.url, f"{selector}[{round(end - begin)}s]", end)
        return [(one["metric"], [(at, float(value)) for at, value in one["values"]]) for one in found]

    def grown(self, selector: str, begin: float | None = None, end: float | None = None) -> float:
        """By how much counters grew: the last sample less the first, of all series."""
        found = self.between(selector, self.begin if begin is None else begin, self.end if end is None else end)
        return sum(samples[-1][1] - samples[0][1] for _, samples in found)

    def last(self, selector: str) -> float:
        """Of the only series."""
        ((_, samples),) = self.between(selector, self.end - planted.HOUR, self.end)
        return samples[-1][1]

    def marks(self) -> range:
        """Every whole minute of the week, its ends too."""
        return range(self.begin, self.end + 1, planted.MINUTE)

    def zero_minutes(self, selector: str) -> int:
        """Whole minutes at which the newest samples of all series were 0."""
        every = [dict(samples) for _, samples in self.raw(selector)]
        return sum(all(one.get(mark) == 0 for one in every) for mark in self.marks())

    def above_zero_minutes(self, selector: str) -> int:
        every = [dict(samples) for _, samples in self.raw(selector)]
        return sum(any(one.get(mark, 0) > 0 for one in every) for mark in self.marks())

    def there(self, selector: str) -> list[bool]:
        """For every whole minute, whether any series had a sample within the minute before it."""
        moments = sorted(at for _, samples in self.between(selector, self.begin - planted.HOUR, self.end) for at, _ in samples)
        return [any(mark - planted.MINUTE <= at <= mark for at in moments) for mark in self.marks()]

    def slope(self, selector: str) -> tuple[float, float]:
        """The line of least squares through all samples: by how much a second, and where it stands at the end."""
        ((_, samples),) = self.raw(selector)
        mean_at = sum(at for at, _ in samples) / len(samples)
        mean = sum(value for _, value in samples) / len(samples)
        rise = sum((at - mean_at) * (value - mean) for at, value in samples) / sum((at - mean_at) ** 2 for at, _ in samples)
        return rise, mean + rise * (self.end - mean_at)


def quantile(part: float, buckets: dict[float, float]) -> float:
    """By straight lines within buckets; ``buckets``: upper bound to how many are no larger."""
    bounds = sorted(buckets)
    rank, before, low = part * buckets[bounds[-1]], 0.0, 0.0
    for bound in bounds:
        if buckets[bound] >= rank:
            return low + (bound - low) * (rank - before) / (buckets[bound] - before)
        before, low = buckets[bound], bound
    raise AssertionError("a rank beyond all")
