"""Where the workers of one container keep their metrics, and say that they are there.

Imports nothing of prometheus_client, which looks for this directory the moment it is imported.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


@contextmanager
def prepared() -> Iterator[Path]:
    """Empty at the start, whatever an earlier run left there; named in the environment, which workers inherit."""
    given = os.environ.get(VARIABLE)
    path = Path(given) if given else Path(tempfile.mkdtemp(prefix="echodiary-metrics-"))
    path.mkdir(parents=True, exist_ok=True)
    for stale in (*path.glob("*.db"), *path.glob("*.up")):
        stale.unlink()
    os.environ[VARIABLE] = str(path)
    try:
        yield path
    finally:
        if not given:
            shutil.rmtree(path, ignore_errors=True)
