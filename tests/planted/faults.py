# SPDX-License-Identifier: GPL-3.0-or-later
"""The list: one fault per subject, and the test that finds it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

LIST = Path(__file__).with_name("faults.json")


class Fault(NamedTuple):
    """``old``: a text that ``file`` has once; ``test``: as pytest names it, without parameters. Paths are relative to the root."""

    subject: str
    file: str
    old: str
    new: str
    test: str

    def planted(self, text: str) -> str:
        """ValueError when the text has it not exactly once."""
        if text.count(self.old) != 1:
            raise ValueError(f"{self.subject}: {self.file} has the line not once but {text.count(self.old)} times: {self.old}")
        return text.replace(self.old, self.new)


def known() -> list[Fault]:
    return [Fault(**one) for one in json.loads(LIST.read_text(encoding="utf-8"))]
