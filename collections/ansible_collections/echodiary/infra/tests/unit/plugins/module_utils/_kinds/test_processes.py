# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._kinds import definitions, processes
from hypothesis import given
from hypothesis import strategies as st

CONFIG, OTHER = "/etc/x/config", "/etc/x/other"
RELOAD = processes.Reload(["/etc/x/config"], "", "SIGHUP")


def consumer(**given: Any) -> processes.Consumer:
    values: dict[str, Any] = {
        "name": "web", "kind": "service", "identity": "start-one", "started_at": 100.0, "files": {CONFIG: 50.0},
        "digest": "d1", "rebound": frozenset(),
    }  # fmt: skip
    return processes.Consumer(**{**values, **given})


def plan(
    of: processes.Consumer, last: dict[str, Any] | None = None, changed: dict[str, str] | None = None,
    reload: processes.Reload | None = None,
) -> tuple[str, str] | None:  # fmt: skip
    change = processes.plan(of, changed or {}, last, reload)
    assert change is None or str(change.resource) == "process:web"
    return change and (change.action, change.origin)


LOADED = processes.loaded(consumer())


@pytest.mark.parametrize(
    ("of", "last", "expected"),
    [
        # nothing recorded: only the clocks can tell
        (consumer(), None, None),
        (consumer(files={CONFIG: 150.0}), None, ("restart", "pending")),
        # the same start as recorded
        (consumer(), LOADED, None),
        (consumer(files={CONFIG: 150.0}), LOADED, ("restart", "corrective")),  # somebody rewrote it with the same content
        (consumer(files={CONFIG: 150.0}, digest="d2"), LOADED, ("restart", "pending")),  # a killed run had swapped it
        # the file was swapped while the clock stood an hour back: contents tell, not the clock
        (consumer(files={CONFIG: 10.0}, digest="d2"), LOADED, ("restart", "pending")),
        # the process started after the clock was stepped back, with the same files: no false alarm
        (consumer(started_at=20.0), LOADED, None),
        # another start than recorded: it read what was there when it started
        (consumer(identity="start-two", started_at=200.0, files={CONFIG: 150.0}), LOADED, None),
        (consumer(identity="start-two", started_at=200.0, files={CONFIG: 250.0}), LOADED, ("restart", "corrective")),
        (consumer(identity="start-two", started_at=200.0, files={CONFIG: 250.0}, digest="d2"), LOADED, ("restart", "pending")),
        # another start while the clock stood back, same files as recorded: no false alarm
        (consumer(identity="start-two", started_at=20.0), LOADED, None),
        # does not run: starting it is somebody else's change
        (consumer(identity="", files={CONFIG: 999.0}), LOADED, None),
        (consumer(replaced="runs from a binary that was replaced"), LOADED, ("restart", "corrective")),
    ],
)
def test_who_is_stale(of: processes.Consumer, last: dict[str, Any] | None, expected: tuple[str, str] | None) -> None:
    assert plan(of, last) == expected


@pytest.mark.parametrize(
    ("changed", "reload", "rebound", "expected"),
    [
        ({CONFIG: "pending"}, None, frozenset(), ("restart", "pending")),
        ({CONFIG: "pending"}, RELOAD, frozenset(), ("reload", "pending")),
        ({CONFIG: "corrective"}, RELOAD, frozenset(), ("reload", "corrective")),
        ({CONFIG: "pending", OTHER: "corrective"}, RELOAD, frozenset(), ("restart", "conflict")),
        # mounted as a single file: the container keeps the old inode until it is started again
        ({CONFIG: "pending"}, RELOAD, frozenset({CONFIG}), ("restart", "pending")),
    ],
)
def test_reload_only_when_it_is_enough(
    changed: dict[str, str], reload: processes.Reload | None, rebound: frozenset[str], expected: tuple[str, str]
) -> None:
    assert plan(consumer(rebound=rebound), LOADED, changed, reload) == expected


def test_a_stale_process_reloads_too_when_that_is_enough() -> None:
    assert plan(consumer(files={CONFIG: 150.0, OTHER: 1.0}), LOADED, None, RELOAD) == ("reload", "corrective")
    assert plan(consumer(files={CONFIG: 150.0, OTHER: 150.0}), LOADED, None, RELOAD) == ("restart", "corrective")


@given(
    files=st.dictionaries(st.sampled_from([CONFIG, OTHER, "/z"]), st.floats(0, 1e9)),
    started_at=st.floats(0, 1e9),
    identity=st.sampled_from(["start-one", "start-two"]),
)
def test_what_was_recorded_as_just_read_is_never_stale(files: dict[str, float], started_at: float, identity: str) -> None:
    alive = consumer(files=files, started_at=started_at, identity=identity)
    assert plan(alive, processes.loaded(alive)) is None


def defined(digest: str = "one", **given: Any) -> definitions.Definition:
    return definitions.Definition(digest=digest, **given)


WITH = processes.loaded(consumer(definition=defined()))


@pytest.mark.parametrize(
    ("of", "last", "stale"),
    [
        (consumer(definition=defined()), WITH, False),
        # systemd was told meanwhile, which changes nothing for who runs
        (consumer(definition=defined("two")), WITH, True),
        # a record of a version before does not know
        (consumer(definition=defined("two")), LOADED, False),
        # it runs since before that: what came and went was never its own
        (consumer(definition=defined(began_with="/x.conf", touched={"/x.conf": 999.0})), WITH, False),
        (consumer(definition=defined(began_with="/x.conf"), identity="start-two"), WITH, True),
        (consumer(definition=defined(began_with="/x.conf"), identity="start-two"), None, True),
        (consumer(definition=defined(touched={"/x.d": 150.0}), identity="start-two"), WITH, True),
        (consumer(definition=defined(touched={"/x.d": 50.0}), identity="start-two"), WITH, False),
        (consumer(definition=defined(touched={"/x.d": 150.0}), identity="start-two"), None, False),
        # the same package once more, and another one
        (consumer(definition=defined(touched={"/x": 150.0}, placed=frozenset({"/x"})), identity="start-two"), WITH, False),
        (consumer(definition=defined("two", touched={"/x": 150.0}, placed=frozenset({"/x"})), identity="start-two"), WITH, True),
        (consumer(definition=defined(bound_by="/x.conf")), WITH, True),
        (consumer(definition=defined("", altered={"/x": "apt-get"})), WITH, False),
    ],
)
def test_who_does_not_run_as_its_unit_says(of: processes.Consumer, last: dict[str, Any] | None, stale: bool) -> None:
    assert plan(of, last) == (("restart", "corrective") if stale else None)


def test_who_began_with_what_was_altered_is_told_once_it_is_not() -> None:
    altered = consumer(definition=defined("", altered={"/x": "apt-get"}), identity="start-two")
    record = processes.loaded(altered, WITH)
    assert plan(altered, record) is None
    assert plan(altered._replace(definition=defined()), record) == ("restart", "corrective")
    older = processes.loaded(altered._replace(identity="start-one"), WITH)
    assert plan(consumer(definition=defined()), older) is None


@pytest.mark.parametrize(
    ("of", "last", "expected"),
    [
        (consumer(changes={CONFIG: 60.0}), processes.loaded(consumer(changes={CONFIG: 60.0})), None),
        # swapped, read by somebody's reload, and put back with its old time
        (consumer(changes={CONFIG: 70.0}), processes.loaded(consumer(changes={CONFIG: 60.0})), ("reload", "corrective")),
        # a record of a version before does not know
        (consumer(changes={CONFIG: 70.0}), LOADED, None),
        (consumer(changes={CONFIG: 70.0}), None, None),
        # another start: it read what was there when it began
        (
            consumer(changes={CONFIG: 170.0}, identity="start-two", started_at=200.0),
            processes.loaded(consumer(changes={CONFIG: 60.0})),
            None,
        ),
        (
            consumer(changes={CONFIG: 270.0}, identity="start-two", started_at=200.0),
            processes.loaded(consumer(changes={CONFIG: 60.0})),
            ("reload", "corrective"),
        ),
        # a host restored from a copy: all is new, and nothing newer than its processes
        (
            consumer(changes={CONFIG: 900.0}, identity="start-two", started_at=901.0),
            processes.loaded(consumer(changes={CONFIG: 60.0})),
            None,
        ),
    ],
)
def test_what_was_read_in_between_nobody_knows(
    of: processes.Consumer, last: dict[str, Any] | None, expected: tuple[str, str] | None
) -> None:
    assert plan(of, last, reload=RELOAD) == expected


BEGAN = processes.loaded(consumer(began="a", definition=defined()))


@pytest.mark.parametrize(
    ("of", "last", "stale"),
    [
        (consumer(began="b", definition=defined(), identity="start-two"), BEGAN, True),
        (consumer(began="a", definition=defined(), identity="start-two"), BEGAN, False),
        # the recorded start is the one that we saw begin
        (consumer(began="b", definition=defined()), BEGAN, False),
        # its unit says something else by now
        (consumer(began="b", definition=defined("two"), identity="start-two"), BEGAN, False),
        (consumer(began="b", definition=defined(), identity="start-two"), WITH, False),
        (consumer(began="", definition=defined(), identity="start-two"), BEGAN, False),
    ],
)
def test_who_was_not_started_as_its_unit_says(of: processes.Consumer, last: dict[str, Any], stale: bool) -> None:
    assert plan(of, last) == (("restart", "corrective") if stale else None)
