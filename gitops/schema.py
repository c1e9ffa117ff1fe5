# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the policy's JSON Schema: ``python -m gitops.schema``. Editors complete and check gitops/environments with it."""

from __future__ import annotations

import json
from pathlib import Path

from gitops.policy import Policy

FILE = Path(__file__).with_name("policy.schema.json")


def text() -> str:
    schema = Policy.model_json_schema()
    return json.dumps({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}, indent=2) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
