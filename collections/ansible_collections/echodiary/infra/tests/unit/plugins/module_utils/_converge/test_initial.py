# SPDX-License-Identifier: GPL-3.0-or-later
"""A file that only has to begin with what is declared: made where it is missing, and somebody else's from then on."""

from __future__ import annotations

import os
from typing import Any

from ansible_collections.echodiary.infra.tests.unit.plugins.module_utils._converge.builders import file, spec
from ansible_collections.echodiary.infra.tests.unit.plugins.module_utils._converge.directory_host import Host, host

__all__ = ["host"]


def demo(host: Host, mode: str = "0644", content: str = "first\n") -> dict[str, Any]:
    return spec(files={host.path("a"): {**file(content, mode), "initial": True}})


def test_it_is_predicted_and_made_where_it_is_missing(host: Host) -> None:
    assert [one["action"] for one in host.component(demo(host), check=True)["changes"]] == ["create"]
    assert host.component(demo(host))["status"] == "changed"
    assert (host.root / "a").read_text() == "first\n"


def test_what_others_write_is_no_change_and_stays(host: Host) -> None:
    host.run(demo(host))
    (host.root / "a").write_text("theirs\n")
    for content in ("first\n", "another beginning\n"):
        assert host.component(demo(host, content=content), check=True)["changes"] == []
        assert host.component(demo(host, content=content))["status"] == "ok"
    assert (host.root / "a").read_text() == "theirs\n"


def test_mode_and_owner_are_as_declared_and_the_contents_outlive_that(host: Host) -> None:
    host.run(demo(host))
    (host.root / "a").write_text("theirs\n")
    os.chmod(host.path("a"), 0o600)
    checked = host.component(demo(host), check=True)["changes"]
    assert [(list(one["fields"]), one["origin"]) for one in checked] == [(["mode"], "corrective")]
    assert host.component(demo(host))["status"] == "changed"
    assert ((host.root / "a").read_text(), os.stat(host.path("a")).st_mode & 0o777) == ("theirs\n", 0o644)


def test_one_that_was_there_before_us_is_kept(host: Host) -> None:
    (host.root / "a").write_text("before\n")
    os.chmod(host.path("a"), 0o644)
    assert host.component(demo(host))["sync"] == "Synced"
    assert (host.root / "a").read_text() == "before\n"


def test_somebody_who_removes_it_gets_it_again(host: Host) -> None:
    host.run(demo(host))
    (host.root / "a").unlink()
    assert [one["origin"] for one in host.component(demo(host), check=True)["changes"]] == ["corrective"]
    host.run(demo(host))
    assert (host.root / "a").read_text() == "first\n"


def test_it_goes_when_it_is_not_declared_any_more(host: Host) -> None:
    host.run(demo(host))
    host.run(spec())
    assert not (host.root / "a").exists()
