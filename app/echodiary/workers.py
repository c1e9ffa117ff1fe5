"""Have all workers of this container come up? Whichever of them answers /ready answers for all: traffic that is let in while
the others are still starting finds a fraction of the service."""

import os
from pathlib import Path

from echodiary.multiproc_directory import VARIABLE


def arrived() -> None:
    path = os.environ.get(VARIABLE)
    if path is not None:
        (Path(path) / f"worker_{os.getpid()}.up").touch()


def missing(wanted: int) -> int:
    """Never more than before: for one that dies later another is started, and the rest goes on meanwhile."""
    path = os.environ.get(VARIABLE)
    return 0 if path is None else max(0, wanted - len(list(Path(path).glob("worker_*.up"))))
