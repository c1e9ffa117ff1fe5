# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host tells of itself is what its shipper would have sent: both say the same of programs, levels and containers."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest
import yaml
from ansible_collections.echodiary.infra.plugins.module_utils._logs import containers, journal, wanted

ROLE = Path(__file__).parents[3] / "roles/log_shipper"
CONFIGURATION = (ROLE / "tree/etc/echodiary/log_shipper/syslog-ng.conf.j2").read_text(encoding="utf-8")
SHIPPER = runpy.run_path(str(ROLE / "tree/usr/local/lib/echodiary/log-containers"), run_name="shipper")
PLACE = "com.docker.compose.project"


def test_whose_lines_tell_who_did_what() -> None:
    defaults = yaml.safe_load((ROLE / "defaults/main.yml").read_text(encoding="utf-8"))
    assert frozenset(defaults["log_shipper_audit_programs"]) == wanted.AUDIT


@pytest.mark.parametrize("expression", [wanted._TOLD, wanted._SAID])
def test_where_text_says_its_level(expression: re.Pattern[str]) -> None:
    assert f"match('{expression.pattern}'" in CONFIGURATION


def test_what_postgresql_refused() -> None:
    assert f"match('{journal.REFUSED.pattern}'" in CONFIGURATION


def test_what_levels_are_called() -> None:
    found = re.findall(r"subst\('\^\(\?:([A-Z|]+)\)\$' \"([A-Z]+)\"", CONFIGURATION)
    assert len(found) == 4
    for words, instead in found:
        assert {wanted.level(word) for word in words.split("|")} == {instead}


@pytest.mark.parametrize(
    "labels",
    [
        {},
        {PLACE: "shop-blue", f"{PLACE}.working_dir": "/opt/echodiary/shop/blue"},
        {PLACE: "redis-exporter", f"{PLACE}.working_dir": "/opt/echodiary/redis_exporter"},
        {PLACE: "mine", f"{PLACE}.working_dir": "/home/ann/work"},
        {PLACE: "blue", f"{PLACE}.working_dir": "/opt/blue"},
        {PLACE: "alone"},
    ],
)
def test_whose_a_container_is(labels: dict[str, str]) -> None:
    assert containers.place(labels, "a-name") == SHIPPER["place"](labels, "a-name")
