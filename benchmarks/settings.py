# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be chosen, and where everything lies."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HERE = ROOT / "benchmarks"
TREE = HERE / "roles" / "bench" / "tree"
RESULTS = HERE / "results"
#: Where Mitogen and pyinfra are. Ansible runs from the environment that runs this: pyinfra brings paramiko along, and where
#: Ansible finds that it imports it, which would cost every one of its contenders a tenth of a second.
PEERS = ROOT / ".venv-bench"

LAB_NAME = "echodiary-bench"
LAB_SUBNET = "172.30.90.0/24"
MOST_HOSTS = 50


class BenchError(Exception):
    """Something that makes the measurement impossible or void; the message is for people."""


@dataclass(frozen=True)
class Settings:
    """`budget`: seconds that one contender may spend on one number of hosts; the first round always takes place."""

    sizes: tuple[int, ...] = (1, 8, 24)
    rounds: int = 5
    budget: float = 300.0
    contenders: tuple[str, ...] = ()
    keep: bool = False


def read(environment: Mapping[str, str]) -> Settings:
    """From `BENCH_HOSTS`, `BENCH_ROUNDS`, `BENCH_BUDGET`, `BENCH_ONLY` and `BENCH_KEEP`."""
    sizes = tuple(_number("BENCH_HOSTS", text, 1, MOST_HOSTS) for text in _words(environment, "BENCH_HOSTS", "1,8,24"))
    return Settings(
        sizes=tuple(sorted(set(sizes))),
        rounds=_number("BENCH_ROUNDS", environment.get("BENCH_ROUNDS") or "5", 1, 100),
        budget=float(_number("BENCH_BUDGET", environment.get("BENCH_BUDGET") or "300", 0, 86400)),
        contenders=tuple(_words(environment, "BENCH_ONLY", "")),
        keep=bool(environment.get("BENCH_KEEP")),
    )


def ansible_playbook() -> str:
    return _program(Path(sys.executable).parent / "ansible-playbook")


def pyinfra() -> str:
    return _program(PEERS / "bin" / "pyinfra")


def _program(path: Path) -> str:
    if not path.exists():
        raise BenchError(f"{path} is missing. Run: make bench")
    return str(path)


def _words(environment: Mapping[str, str], key: str, default: str) -> list[str]:
    return [word.strip() for word in (environment.get(key) or default).split(",") if word.strip()]


def _number(key: str, text: str, low: int, high: int) -> int:
    if not text.isdecimal() or not low <= int(text) <= high:
        raise BenchError(f"{key}: {text!r} is no number from {low} to {high}.")
    return int(text)
