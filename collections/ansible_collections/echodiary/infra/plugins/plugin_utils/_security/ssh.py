# SPDX-License-Identifier: GPL-3.0-or-later
"""What ssh-audit says of the algorithms that sshd offers. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypedDict

from .shapes import Finding

KINDS = ("kex", "key", "enc", "mac")
MEND = "baseline_ssh_kex_algorithms and what follows it (role baseline); files of others in /etc/ssh/sshd_config.d count, too"


class Algorithm(TypedDict, total=False):
    algorithm: str
    notes: Mapping[str, Sequence[str | None]]


def findings(said: Mapping[str, Sequence[Algorithm]], host: str) -> list[Finding]:
    return [one for kind in KINDS for algorithm in said.get(kind) or [] for one in _of(kind, algorithm, host)]


def offers(said: Mapping[str, Sequence[Algorithm]]) -> bool:
    return all(said.get(kind) for kind in KINDS)


def _of(kind: str, algorithm: Algorithm, host: str) -> Iterator[Finding]:
    notes = algorithm.get("notes") or {}
    for level, severity in (("fail", "high"), ("warn", "medium")):
        said = [one for one in notes.get(level) or [] if one]
        if said:
            name = algorithm["algorithm"]
            text = f"sshd offers {name}: {'; '.join(said)}"
            yield {"id": f"ssh:{kind}:{name}", "host": host, "severity": severity, "text": text, "mend": MEND}
            return
