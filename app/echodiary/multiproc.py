"""Metrics shared by several workers: each writes its own files, whoever is scraped adds them up.

The files of a worker that died must not be lost (its requests happened) nor kept for ever (a crash loop would
fill the disk and slow every scrape): its counters and histograms are folded into one archive, its gauges go.
"""

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector

from echodiary.multiproc_directory import VARIABLE

_WORKER_FILE = re.compile(r"(?P<kind>counter|histogram|gauge_\w+?)_(?P<pid>\d+)\.db")


def render() -> bytes:
    """The text of /metrics. One scrape at a time, so that none sees a file both archived and not yet removed."""
    path = os.environ.get(VARIABLE)
    if path is None:
        return generate_latest()
    registry = CollectorRegistry()
    with _locked(Path(path)):
        bury_dead_workers(Path(path))
        MultiProcessCollector(registry, path)  # type: ignore[no-untyped-call]
        return generate_latest(registry)


def bury_dead_workers(path: Path) -> None:
    for file in path.iterdir():
        match = _WORKER_FILE.fullmatch(file.name)
        if match is None or _alive(int(match["pid"])):
            continue
        if not match["kind"].startswith("gauge_"):
            _archive(file, path / f"{match['kind']}_archive.db")
        file.unlink()


def _archive(file: Path, archive: Path) -> None:
    total = MmapedDict(str(archive))  # type: ignore[no-untyped-call]
    for key, value, timestamp, _ in MmapedDict.read_all_values_from_file(str(file)):  # type: ignore[no-untyped-call]
        before, _ = total.read_value(key)  # type: ignore[no-untyped-call]
        total.write_value(key, before + value, timestamp)  # type: ignore[no-untyped-call]
    total.close()  # type: ignore[no-untyped-call]


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with (path / "scrape.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
