# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._kinds import nftables
from ansible_collections.echodiary.infra.plugins.module_utils._kinds.model import Applied, ConvergeError
from ansible_collections.echodiary.infra.plugins.module_utils._kinds.nftables import Seen
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError
from ansible_collections.echodiary.infra.plugins.plugin_utils._component import manifest

FILE = "/etc/own.nft"
TABLE = "inet own"
LISTED = """table inet own {
	set friends {
		type ipv4_addr
		flags interval
		elements = { 10.0.0.0/24, 10.0.1.1,
				10.0.2.1 }
	}

	chain input {
		type filter hook input priority filter; policy drop;
		ct state vmap { invalid : drop, established : accept }
		tcp dport 22 accept comment "a { brace"
	}

	chain empty {
	}
}"""
LINES = (
    "set friends", "set friends: type ipv4_addr", "set friends: flags interval",
    "set friends: element 10.0.0.0/24", "set friends: element 10.0.1.1", "set friends: element 10.0.2.1",
    "chain input", "chain input: type filter hook input priority filter; policy drop;",
    "chain input: ct state vmap { invalid : drop, established : accept }", 'chain input: tcp dport 22 accept comment "a { brace"',
    "chain empty",
)  # fmt: skip
#: of test_removal
EXAMPLE = (FILE, [FILE], Seen(TABLE, LINES, LINES), None, True)


def fields(live: tuple[str, ...] | None, written: tuple[str, ...] = LINES) -> dict[str, list[str | None]]:
    (change,) = nftables.plan([FILE], {FILE: Seen(TABLE, live, written)}, Applied())
    return dict(change.fields)  # type: ignore[arg-type]


def test_every_rule_and_every_element_is_one_line() -> None:
    assert tuple(nftables.parse(LISTED)) == LINES


def test_what_is_as_its_file_has_it_is_no_change_and_neither_is_what_nobody_could_look_at() -> None:
    assert nftables.plan([FILE], {FILE: Seen(TABLE, LINES, LINES)}, Applied()) == []
    assert nftables.plan([FILE], {}, Applied()) == []


def test_what_hands_added_and_took_is_named() -> None:
    added, taken = "chain input: tcp dport 4444 accept", LINES[5]
    live = (*(one for one in LINES if one != taken), added)
    assert fields(live) == {added: ["there", None], taken: [None, "there"]}


def test_the_same_rules_in_another_order_are_another_table() -> None:
    assert fields(LINES[::-1]) == {"order": ["another", "as in its file"]}


def test_one_that_is_there_twice_is_one_too_many() -> None:
    assert fields((*LINES, LINES[9])) == {LINES[9]: ["there", None]}


def test_a_table_that_is_gone_is_told_as_one() -> None:
    assert fields(None) == {"table": ["gone", TABLE]}


def test_a_file_that_cannot_be_loaded_is_loaded_again_once_it_is_put_right() -> None:
    (change,) = nftables.plan([FILE], {FILE: Seen(TABLE, LINES, problem="syntax error")}, Applied())
    assert (change.action, change.why) == ("load", "its file cannot be loaded: syntax error")


@pytest.mark.parametrize(("last", "origin"), [(Applied(), "pending"), (Applied({FILE: "loaded"}), "corrective")])
def test_who_moved(last: Applied, origin: str) -> None:
    assert [change.origin for change in nftables.plan([FILE], {FILE: Seen(TABLE, None)}, last)] == [origin]


def test_a_file_says_which_table_it_is(tmp_path: Path) -> None:
    path = tmp_path / "x.nft"
    assert nftables.table_of(str(path)) == ""
    path.write_text(f"# table ip other\ntable {TABLE}\ndelete table {TABLE}\n{LISTED}\n")
    assert nftables.table_of(str(path)) == TABLE


def test_a_path_that_is_none_is_refused() -> None:
    with pytest.raises(ConvergeError, match=r"'own\.nft' has to be the absolute path"):
        nftables.checked(["own.nft"])


def test_a_file_that_the_tree_has_not_is_refused() -> None:
    with pytest.raises(SpecError, match=r"own: nftables names /etc/own\.nft, which is not in the tree"):
        manifest.build("own", {"nftables": [FILE]}, {})
    assert manifest.build("own", {"nftables": [FILE]}, {FILE: "table inet own"})["nftables"] == [FILE]
