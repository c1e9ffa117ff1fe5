# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._fleet import words


def change(resource: str, action: str = "update", origin: str = "pending") -> dict[str, str]:
    return {"resource": resource, "action": action, "origin": origin}


def test_sentence_groups_by_action_and_kind() -> None:
    changes = [change("file:/etc/a"), change("process:web.service", "reload"), change("file:/etc/b")]
    assert words.sentence(changes, check=False) == "updated /etc/a, /etc/b; reloaded web.service"


def test_sentence_of_check_mode_is_a_prediction() -> None:
    assert words.sentence([change("package:haproxy", "install")], check=True) == "would install haproxy"


def test_kinds_share_a_verb_and_would_is_said_once() -> None:
    changes = [change("file:/etc/a", "create"), change("user:bob", "create"), change("unit:web.service", "start")]
    assert words.sentence(changes, check=True) == "would create /etc/a, user bob; start web.service"


def test_many_pending_resources_are_counted() -> None:
    changes = [change(f"file:/etc/{number}", "create") for number in range(12)]
    assert words.sentence(changes, check=False) == "created 12 files"


@pytest.mark.parametrize(("number", "said"), [(2, "created /etc/0, /etc/1"), (3, "created 3 files")])
def test_two_of_a_kind_are_named(number: int, said: str) -> None:
    assert words.sentence([change(f"file:/etc/{n}", "create") for n in range(number)], check=False) == said


def test_a_long_sentence_only_counts() -> None:
    kinds = {"file": "create", "directory": "create", "package": "install", "sysctl": "update", "unit": "start"}
    changes = [change(f"{kind}:{'x' * 30}", action) for kind, action in kinds.items()]
    assert words.sentence(changes, check=True) == (
        "would create 1 file, 1 directory; install 1 package; update 1 kernel setting; start 1 unit"
    )


def test_no_more_is_counted_than_has_to_be() -> None:
    changes = [*(change(f"file:/etc/{'x' * 60}/{n}", "create") for n in range(2)), change("unit:web.service", "start")]
    assert words.sentence(changes, check=False) == "created 2 files; started web.service"


def test_a_long_sentence_still_names_what_somebody_changed_on_the_host() -> None:
    changes = [*(change(f"file:/etc/{'x' * 60}/{n}") for n in range(2)), change("unit:web.service", "start", "corrective")]
    assert words.sentence(changes, check=False) == "updated 2 files; started web.service (changed on the host)"


def test_even_what_somebody_changed_has_an_end() -> None:
    changes = [change(f"file:/etc/{number}", "create", "corrective") for number in range(30)]
    assert words.sentence(changes, check=False) == "created 30 files (changed on the host)"


def test_what_somebody_changed_on_a_host_is_named() -> None:
    changes = [change(f"file:/etc/{number}", origin="corrective") for number in range(5)]
    said = words.sentence(changes, check=True)
    assert "/etc/4" in said
    assert said.endswith("(changed on the host)")


def test_origins_are_not_mixed() -> None:
    said = words.sentence([change("file:/a"), change("file:/b", origin="conflict")], check=False)
    assert said == "updated /a; updated /b (changed on the host and in git)"


def test_a_reported_stranger_is_found_in_both_modes() -> None:
    for check in (True, False):
        assert words.sentence([change("stranger:/etc/x", "report")], check=check) == "found stranger /etc/x"


def test_digests_are_shortened() -> None:
    assert words.split_resource(f"image:prom/prometheus@sha256:{'ab' * 32}") == (
        "image",
        "prom/prometheus@abababababab",
    )


@pytest.mark.parametrize(
    ("seconds", "said"), [(0, "0.00 s"), (0.312, "0.31 s"), (12.345, "12.3 s"), (185, "3 min 05 s"), (59.96, "60.0 s")]
)
def test_duration(seconds: float, said: str) -> None:
    assert words.duration(seconds) == said


def test_text_from_a_host_cannot_steer_the_terminal() -> None:
    assert words.clean("a\x1b[2Jb\r\x07\tc\n") == "a[2Jb   c"


def test_count() -> None:
    assert (words.count(1, "host"), words.count(0, "host")) == ("1 host", "0 hosts")
