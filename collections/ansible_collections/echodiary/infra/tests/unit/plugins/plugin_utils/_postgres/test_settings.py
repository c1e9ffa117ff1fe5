# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError
from ansible_collections.echodiary.infra.plugins.plugin_utils._postgres import settings

START: settings.Start = {"bind": "*", "port": 5432, "connections": 100, "memory_mb": 8192}
RUN: settings.Run = {"connections": 100, "memory_mb": 8192, "disk": "ssd", "own_certificate": False}


def test_a_quarter_of_the_memory_is_its_own_cache_and_all_sessions_together_may_use_another() -> None:
    assert settings.start(START, {})["shared_buffers"] == "2048MB"
    found = settings.run(RUN, {})
    assert (found["effective_cache_size"], found["work_mem"], found["maintenance_work_mem"]) == ("6144MB", "20MB", "512MB")
    assert settings.run({**RUN, "memory_mb": 512}, {})["work_mem"] == "4MB"


@pytest.mark.parametrize(("disk", "cost"), [("ssd", 1.1), ("hdd", 4.0)])
def test_a_random_read_costs_what_the_disk_makes_of_it(disk: str, cost: float) -> None:
    assert settings.run({**RUN, "disk": disk}, {})["random_page_cost"] == cost


def test_what_people_set_counts_and_lands_where_it_is_read() -> None:
    more: dict[str, Any] = {"shared_buffers": "1GB", "work_mem": "64MB", "pg_stat_statements.max": 500}
    assert settings.start(START, more)["shared_buffers"] == "1GB" and "work_mem" not in settings.start(START, more)
    found = settings.run(RUN, more)
    assert (found["work_mem"], found["pg_stat_statements.max"]) == ("64MB", 500) and "shared_buffers" not in found


def test_a_certificate_of_one_s_own_is_read_where_it_lies() -> None:
    assert "ssl_cert_file" not in settings.run(RUN, {})
    assert settings.run({**RUN, "own_certificate": True}, {})["ssl_key_file"] == "/etc/echodiary/postgres/server.key"


def test_text_means_nothing_in_the_file() -> None:
    assert settings.text({"a": "it's \\ here", "b": True, "c": 1.1, "d": 7}) == "a = 'it''s \\\\ here'\nb = on\nc = 1.1\nd = 7"


@pytest.mark.parametrize(
    ("what", "said"),
    [
        (lambda: settings.run(RUN, {"work_mem = 1\nport": "x"}), "is no name of a setting"),
        (lambda: settings.text({"cluster_name": "a\nb"}), "cluster_name has a line break"),
        (lambda: settings.start({**START, "memory_mb": 64}, {}), "postgres_memory_mb is 64"),
    ],
)
def test_what_cannot_be_meant_is_refused(what: Any, said: str) -> None:
    with pytest.raises(SpecError, match=said):
        what()
