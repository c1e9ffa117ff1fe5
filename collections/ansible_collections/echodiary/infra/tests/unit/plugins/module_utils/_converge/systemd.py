# SPDX-License-Identifier: GPL-3.0-or-later
"""Stands in for systemd: one service that reads a configuration when it starts, with masks of both kinds and a limit of starts.

A configuration with "bad" in it does not start. What the service has loaded, and how often it was started, is kept in files.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._kinds import units

UNIT = "x.service"

PROGRAM = """#!/bin/sh
cd {state}
echo "$*" >> asked
masked() {{ [ -e mask ] || [ -e mask--runtime ]; }}
verb=$1; shift
case $verb in
show)
  case "$*" in *TriggeredBy*) echo x.socket; exit 0;; esac
  echo "LoadState=$(masked && echo masked || echo loaded)"
  echo "ActiveState=$(cat active)"
  echo "UnitFileState=$([ -e mask ] && echo masked || {{ [ -e mask--runtime ] && echo masked-runtime; }} || cat enabled)"
  echo "InvocationID=$(cat starts)"
  echo "ExecMainStartTimestampMonotonic=$(cat since)"
  echo "Type=simple" ;;
unmask)
  case "$*" in *--runtime*) rm -f mask--runtime;; *) rm -f mask;; esac ;;
enable)
  masked && {{ echo "Unit is masked"; exit 1; }}
  echo enabled > enabled ;;
disable) echo disabled > enabled ;;
reset-failed) for name in "$@"; do rm -f "limit-$name"; done ;;
daemon-reload) ;;
stop) echo inactive > active ;;
start|restart|reload)
  [ $verb = start ] && [ "$(cat active)" = active ] && exit 0
  masked && {{ echo "Unit is masked"; exit 1; }}
  ls limit-* >/dev/null 2>&1 && {{ echo "start request repeated too quickly"; exit 1; }}
  echo $(( $(cat starts) + 1 )) > starts
  awk '{{printf "%.0f", ($1 + 0.01) * 1000000}}' /proc/uptime > since
  if grep -q bad {config}; then echo failed > active; echo "it does not start"; exit 1; fi
  cp {config} loaded
  echo active > active ;;
esac
"""


class Service:
    """``x.service``, running what ``config`` says."""

    def __init__(self, place: Path, config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.state, self.config = place / "systemd", config
        self.state.mkdir()
        for name, content in {"active": "active", "enabled": "enabled", "starts": "1", "since": "1", "asked": "", "loaded": ""}.items():
            (self.state / name).write_text(content)
        program = place / "bin" / "systemctl"
        program.parent.mkdir()
        program.write_text(PROGRAM.format(state=self.state, config=config))
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
        monkeypatch.setattr(units, "linked", lambda _folder: frozenset({UNIT} if self.now("enabled") == "enabled" else ()))

    def mark(self, *names: str) -> None:
        """``mask``, ``mask--runtime``, ``limit-<unit>``"""
        for name in names:
            (self.state / name).touch()

    def now(self, name: str) -> str:
        return (self.state / name).read_text().strip()

    def set(self, name: str, value: str) -> None:
        (self.state / name).write_text(value)
