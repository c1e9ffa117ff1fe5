# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose container has a name of ours, and whether it carries anything."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._converge import occupied
from ansible_collections.echodiary.infra.plugins.module_utils._kinds import model


def inspect(status: str = "exited", **given: Any) -> dict[str, Any]:
    config = {"Image": "busybox:1", "Labels": {"team": "data"}}
    return {"Id": "i", "Created": "2026-01-02T03:04:05.678Z", "Config": config, "State": {"Status": status}, "Mounts": [], **given}


def test_whose_it_is() -> None:
    assert occupied.whose(inspect()) == "image busybox:1, exited, made 2026-01-02T03:04:05Z, team=data"
    assert occupied.whose(inspect(Config={"Image": "x", "Labels": None})).endswith("no labels")


@pytest.mark.parametrize(
    ("found", "written", "value"),
    [
        (inspect("exited"), [], ""),
        (inspect("created"), [], ""),
        (inspect("dead"), [], ""),
        (inspect("running"), [], "it is running"),
        (inspect("paused"), [], "it is paused"),
        (inspect("restarting"), [], "it is restarting"),
        (inspect(Mounts=[{"Type": "volume", "Name": "data"}]), [], "it mounts data"),
        (inspect(Mounts=[{"Type": "bind", "Source": "/srv"}]), [], "it mounts /srv"),
        (inspect(), ["/root", "/root/dump.sql"], "it has written /root/dump.sql"),
        (inspect(), ["/a", "/b", "/c", "/d"], "it has written /a, /b, /c and more"),
    ],
)
def test_what_it_carries(found: dict[str, Any], written: list[str], value: str) -> None:
    assert occupied.value(found, written) == value


def test_the_name_that_compose_gives() -> None:
    project = {"name": "p-blue", "services": {"api": {}, "db": {"container_name": "database"}, "odd": {"container_name": "x-${SLOT}"}}}
    assert occupied.names(project, ["api", "db", "odd"]) == {"api": "p-blue-api-1", "db": "database"}
    assert occupied.names({"name": "p"}, ["api"]) == {"api": "p-api-1"}


def test_one_of_value_is_refused_with_the_command_that_removes_it() -> None:
    keeps = occupied.Occupant("i", "p-api-1", "image x", "it is running")
    occupied.refuse({"api": keeps._replace(value="")})
    with pytest.raises(model.ConvergeError, match=r"p-api-1: image x; .*it is running.*docker rm -f p-api-1$"):
        occupied.refuse({"api": keeps})
