# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._kinds.distributions import chosen, supports
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError
from ansible_collections.echodiary.infra.plugins.plugin_utils._component import distributions, manifest

TREE = {"/etc/x/new": "n", "/etc/x/old": "o", "/etc/x/both": "b"}
MOVED = {"/etc/x/new": "", "/etc/x/old": "/etc/x/new"}
SPEC: dict[str, Any] = {
    "packages": ["tree"],
    "units": {"a.service": {"state": "started", "consumes": ["/etc/x/both"]}},
    "sysctl": {"a": 1, "b": 1},
    "distributions": {
        "debian 13": {"packages": ["new"], "units": {"b.service": {"enabled": True}}, "paths": {"/etc/x/old": ""}},
        "debian 12": {"packages": ["old"], "units": {"a.service": {"state": "stopped"}}, "sysctl": {"b": 2}, "paths": MOVED},
        "ubuntu 24.04": {"refuse": "set demo_repository"},
        "debian 11": None,
    },
}


def build(name: str = "demo", **spec: Any) -> Any:
    return manifest.build(name, spec, TREE if name == "demo" else {})


def test_what_is_said_of_one_comes_on_top_of_what_is_said_for_all() -> None:
    there = chosen(build(**SPEC), "debian 13")
    assert there["packages"] == ["tree", "new"]
    assert set(there["units"]) == {"a.service", "b.service"}
    assert set(there["files"]) == {"/etc/x/new", "/etc/x/both"}
    assert there["files"]["/etc/x/new"]["content"] == "n"


def test_a_name_that_both_say_is_as_the_one_has_it() -> None:
    there = chosen(build(**SPEC), "debian 12")
    assert (there["packages"], there["sysctl"]) == (["tree", "old"], {"a": "1", "b": "2"})
    assert there["units"]["a.service"]["state"] == "stopped"
    assert there["files"]["/etc/x/new"]["content"] == "o", "the file of the older one lies where the newer one's does elsewhere"
    assert "distributions" not in there


def test_one_of_which_nothing_is_said_is_as_all() -> None:
    there = chosen(build(**SPEC), "debian 11")
    assert (there["packages"], set(there["files"])) == (["tree"], set(TREE))


def test_a_component_that_says_nothing_runs_anywhere_and_is_sent_as_ever() -> None:
    built = build(packages=["tree"])
    assert supports(built, "") is supports(built, "amzn 2023") is True
    assert chosen(built, "amzn 2023") is built
    assert "distributions" not in built


@pytest.mark.parametrize(
    ("name", "there"), [("debian 13", True), ("debian 11", True), ("ubuntu 24.04", False), ("debian 14", False), ("", False)]
)
def test_where_it_can_be(name: str, there: bool) -> None:
    assert supports(build(**SPEC), name) is there


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"Debian 13": {}}, ["Debian 13", "/etc/os-release", "'debian 13'"]),
        ({"debian-13 trixie x": {}}, ["debian-13 trixie x", "'debian 13'"]),
        ({"debian 13": []}, ["debian 13", "list"]),
        ({"debian 13": ["tree"]}, ["debian 13", "list"]),
        ({"debian 13": {"listens": []}}, ["debian 13", "listens", "packages"]),
        ({"debian 13": {"paths": {"/etc/x/none": ""}}}, ["debian 13", "/etc/x/none", "not in the tree"]),
        ({"debian 13": {"paths": ["/etc/x/new"]}}, ["debian 13", "paths", "mapping"]),
        ({"debian 13": {"paths": {"/etc/x/new": "etc/y"}}}, ["etc/y", "absolute"]),
        ({"debian 13": {}, "debian 12": {"packages": ["a b"]}}, ["'a b'"]),
        ({"debian 13": {"links": {"/etc/x/new": "/y"}}}, ["/etc/x/new", "twice"]),
        ({"debian 13": {"reload": [{"unit": "b.service", "paths": ["/x"]}]}}, ["'b.service'"]),
        (["debian 13"], ["distributions", "mapping"]),
    ],
)
def test_bad_input_is_refused_whatever_distribution_it_is_of(given: Any, words: list[str]) -> None:
    if given == {"debian 13": []}:
        assert build(distributions=given), "nothing is said"
        return
    with pytest.raises(SpecError) as caught:
        build(distributions=given)
    assert all(word in str(caught.value) for word in ["demo: ", *words])


def test_what_two_components_want_is_compared_on_each_distribution() -> None:
    unit = {"units": {"a.service": {"state": "started"}}}
    one = build("one", distributions={"debian 12": unit, "debian 13": {}})
    manifest.check_claims([one, build("two", distributions={"debian 12": {}, "debian 13": unit})])
    with pytest.raises(SpecError, match=r"unit a\.service is claimed by two components, one and two"):
        manifest.check_claims([one, build("two", **unit)])


def test_what_is_declared_here_only_is_not_declared_there() -> None:
    """Else what is left over from before an upgrade of the distribution would count as somebody else's."""
    found = manifest.claimed([build(**SPEC)])
    assert {"package:tree", "unit:a.service", "/etc/x/both"} <= set(found.everywhere)
    assert {"package:new", "package:old"}.isdisjoint(found.everywhere)
    assert ("package:old" in found.on["debian 12"], "package:new" in found.on["debian 12"]) == (True, False)
    assert manifest.claimed([build(packages=["tree"])]).on == {}


def refusal(name: str, title: str, *specs: Any) -> str:
    said = distributions.refusal(specs, {"name": name, "title": title})
    assert "\n" not in said
    return said


def test_a_refusal_says_what_the_host_has_what_is_supported_and_what_to_do() -> None:
    said = refusal("debian 10", "Debian GNU/Linux 10 (buster)", build(**SPEC), build("any"))
    assert all(
        word in said for word in ("Debian GNU/Linux 10 (buster)", "debian 10", "demo", "debian 11, debian 12, debian 13", "use a host")
    )
    assert "any" not in said.split()


def test_where_a_component_says_why_that_is_said() -> None:
    assert refusal("ubuntu 24.04", "Ubuntu 24.04.1 LTS", build(**SPEC)).endswith(": demo: set demo_repository")


def test_amazon_linux_is_refused_politely_and_told_what_to_use() -> None:
    said = refusal("amzn 2023", "Amazon Linux 2023", build(**SPEC))
    assert all(word in said for word in ("Amazon Linux 2023", "sorry", "Debian 13", "136693071363"))


def test_only_what_all_of_them_can_be_on_is_offered() -> None:
    two = build("two", distributions={"debian 13": {}})
    assert "demo, two can be on debian 13:" in refusal("x 1", "X", build(**SPEC), two, build("any"))
    assert "no distribution in common" in refusal("x 1", "X", build(**SPEC), build("two", distributions={"y 1": {}}))
