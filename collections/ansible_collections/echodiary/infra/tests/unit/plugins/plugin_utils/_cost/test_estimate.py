# SPDX-License-Identifier: GPL-3.0-or-later
"""Sums against sums by hand, written out: prices of Seoul as the file has them, 730 hours a month."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._account import declaration, model
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.kinds import catalog
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.model import Change, Resource, Seen
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError
from ansible_collections.echodiary.infra.plugins.plugin_utils._cost import beside, cost_line, estimate, items, more, told, usage
from ansible_collections.echodiary.infra.plugins.plugin_utils._prices import file

REGION = "ap-northeast-2"
PRICES = file.load(REGION)
NOTHING = {"out_gb": 0, "logs_gb": 0, "bucket_gb": 0, "images_gb": 0, "lcu": 0}
SMALL: dict[str, Any] = {
    "network": {"cidr": "10.20.0.0/16", "zones": ["a", "c"]},
    "hosts": {"app1": {"role": "app", "type": "t4g.small", "zone": "a", "disk": 20}},
}
INVENTORIES = Path(__file__).parents[9] / "inventories"


def env(declared: dict[str, Any], name: str = "production") -> declaration.Environment:
    return declaration.read(declared, name, "123456789012", REGION, {})


def of(declared: dict[str, Any], **used: Any) -> estimate.Estimate:
    return estimate.of(env(declared), PRICES, usage.read(used or NOTHING))


def test_prices_are_those_that_the_sums_below_were_made_with() -> None:
    """When a refresh changes one of them, the sums have to be made again by hand."""
    assert {name: str(PRICES.lines[name].usd) for name in (
        "instance t4g.micro", "instance t4g.small", "disk", "public address", "database db.t4g.micro", "database storage",
        "cache valkey cache.t4g.micro", "secret", "logs in", "logs kept", "bucket storage", "images storage",
        "load balancer", "load balancer use",
    )} == {
        "instance t4g.micro": "0.0104", "instance t4g.small": "0.0208", "disk": "0.0912", "public address": "0.005",
        "database db.t4g.micro": "0.025", "database storage": "0.131", "cache valkey cache.t4g.micro": "0.0192", "secret": "0.40",
        "logs in": "0.76", "logs kept": "0.0314", "bucket storage": "0.025", "images storage": "0.10",
        "load balancer": "0.0225", "load balancer use": "0.008",
    }  # fmt: skip


def test_one_host() -> None:
    """0.0208 x 730 = 15.184; 20 x 0.0912 = 1.824; 0.005 x 730 = 3.65; a secret 0.40. Together 21.058."""
    found = of(SMALL)
    assert [(one.what, one.usd) for one in found.fixed] == [
        ("secret", Decimal("0.40")),
        ("instance t4g.small", Decimal("15.1840")),
        ("disk", Decimal("1.8240")),
        ("public address", Decimal("3.650")),
    ]
    assert (found.usd, estimate.cents(found.usd), found.unknown) == (Decimal("21.058"), "21.06", [])


def test_production_as_it_is_shipped() -> None:
    """t4g.small     3 x 0.0208 x 730        = 45.552
    disks         (20 + 20 + 30) x 0.0912 =  6.384
    addresses     3 x 0.005 x 730         = 10.95
    database      0.025 x 730             = 18.25
    its storage   20 x 0.131              =  2.62
    cache         0.0192 x 730            = 14.016
    secrets       2 x 0.40                =  0.80   the application's, and the one in which RDS keeps its password
    logs          0.76 + 0.0314           =  0.7914
    bucket        5 x 0.025               =  0.125
    images        2 x 0.10                =  0.20
    out           50 of 100 free          =  0
                                            99.6884
    """
    assert estimate.cents(shipped("production").usd) == "99.69"
    assert shipped("production").usd == Decimal("99.6884")
    assert told.budget(shipped("production")) == "budget of production: 120.00, 20.31 left"


def test_staging_as_it_is_shipped() -> None:
    """t4g.micro     0.0104 x 730            =  7.592
    t4g.small     0.0208 x 730            = 15.184
    disks         40 x 0.0912             =  3.648
    addresses     2 x 0.005 x 730         =  7.30
    database      0.025 x 730             = 18.25
    its storage   20 x 0.131              =  2.62
    secrets       2 x 0.40                =  0.80
    logs          0.76 + 0.0314           =  0.7914
    bucket        5 x 0.025               =  0.125
    images        2 x 0.10                =  0.20
                                            56.5104
    """
    assert shipped("staging").usd == Decimal("56.5104")
    assert told.budget(shipped("staging")) == "budget of staging: 70.00, 13.49 left"


def test_production_behind_a_load_balancer() -> None:
    """as shipped                              99.6884
    load balancer  0.0225 x 730            = 16.425
    its addresses  2 x 0.005 x 730         =  7.30
    its use        0.1 x 0.008 x 730       =  0.584
                                            123.9974
    """
    found = beside.of_inventory(INVENTORIES / "production")
    assert found
    behind = env({**found.given, "balancer": {"domain": "diary.example.com", "zone_id": "Z0123456789ABC"}})
    sums = estimate.of(behind, PRICES, usage.read({}))
    assert (sums.usd, sums.unknown) == (Decimal("123.9974"), [])
    assert told.budget(sums) == "budget of production: 120.00, OVER by 4.00"
    assert {one.what: (one.quantity, one.usd) for one in sums.fixed}["public address"] == (5, Decimal("18.250"))
    assert not [one for one in more.options(behind) if "load balancer" in one.what]
    assert estimate.of(behind, PRICES, usage.read({"lcu": 2})).usd == Decimal("135.0934"), "2 x 5.84 in place of 0.584"


def shipped(name: str) -> estimate.Estimate:
    found = beside.of_inventory(INVENTORIES / name)
    assert found and found.environment == name
    return estimate.of(env(found.given, name), PRICES, usage.read({}))


def test_environments_stand_beside_each_other() -> None:
    lines = told.table([shipped("production"), shipped("staging")])
    assert lines[0].split() == ["production", "staging"]
    assert lines[-1].split() == ["together", "99.69", "56.51"]
    cells = {line.split("  ")[0].strip(): line.split()[-4:] for line in lines}
    assert cells["instance t4g.small"] == ["t4g.small", "(3)", "45.55", "15.18"]
    assert next(line for line in lines if line.startswith("cache")).split()[-2:] == ["14.02", "-"]


def test_a_database_in_two_zones_is_stored_twice() -> None:
    """0.051 x 730 = 37.23 and 40 x 0.131 = 5.24, in place of 18.25 and 2.62: 21.60 more."""
    one, two = (of({**SMALL, "database": {"multi_az": both}}) for both in (False, True))
    assert two.usd - one.usd == Decimal("21.60")


def test_traffic_is_paid_beyond_what_is_free_and_logs_for_as_long_as_they_are_kept() -> None:
    """100 GB of 150 are free: 50 x 0.126 = 6.30. 2 GB of logs: 1.52, and kept for 60 days 2 x 2 x 0.0314 = 0.1256."""
    found = of({**SMALL, "logs_days": 60}, out_gb=150, logs_gb=2, bucket_gb=9, images_gb=9)
    assert {one.what: one.usd for one in found.by_use} == {
        "traffic out": Decimal("6.300"), "logs in": Decimal("1.52"), "logs kept": Decimal("0.1256"),
    }, "no bucket and no registry is declared, so nothing is in them"  # fmt: skip


@pytest.mark.parametrize("given", [{"gb": 1}, {"out_gb": "much"}, {"out_gb": -1}, {"out_gb": "NaN"}])
def test_what_is_no_amount_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(SpecError, match="cost_usage"):
        usage.read(given)


def test_what_has_no_price_makes_the_sum_the_least() -> None:
    found = of({**SMALL, "key": True, "hosts": {"app1": {**SMALL["hosts"]["app1"], "type": "m7g.large"}}})
    assert found.unknown == ["key", "instance m7g.large"]
    assert found.usd == Decimal("5.874"), "disk, address and secret"
    assert told.table([found])[-1].split() == ["together", "at", "least", "5.87"]
    assert next(told.notes([found], PRICES, "2026-12-01")) == "at least, since there is no price for instance m7g.large, key"


def test_the_budget_is_compared() -> None:
    assert told.budget(of(SMALL)).startswith("budget of production: none; ")
    assert told.budget(of({**SMALL, "budget": {"monthly_usd": 21.06}})) == "budget of production: 21.06, 0.00 left"
    assert told.budget(of({**SMALL, "budget": {"monthly_usd": 20}})) == "budget of production: 20.00, OVER by 1.06"
    assert told.budget(of({**SMALL, "key": True, "budget": {"monthly_usd": 20}})).endswith("OVER by at least 1.06")
    assert told.budget(of({**SMALL, "key": True, "budget": {"monthly_usd": 50}})).endswith("at most 28.94 left")


def test_what_one_more_would_add() -> None:
    """A host: 15.184 + 1.824 + 3.65 = 20.658. A balancer: 0.0225 x 730 = 16.425, and an address in each of two zones, 7.30.
    A NAT gateway: 0.059 x 730 = 43.07, and its address, 3.65."""
    said = [more.told(one, PRICES) for one in more.options(env({**SMALL, "database": {}}))]
    assert said == [
        "one more host like app1: 20.66",
        "a load balancer in 2 zones: 23.73, and 5.84 for each unit (LCU) that it is busy with",
        "a NAT gateway: 46.72, and 0.059 for each GB",
        "the database in two zones: 21.60",
    ]
    odd = env({**SMALL, "hosts": {"app1": {**SMALL["hosts"]["app1"], "type": "m7g.large"}}})
    assert more.told(next(iter(more.options(odd))), PRICES) == "one more host like app1: unknown, there is no price for instance m7g.large"


def test_every_kind_is_free_by_use_or_paid() -> None:
    """A new one has to be told of here: until then sums that have it say that they are the least."""
    known = items.FREE | items.BY_USE | set(items._PAID)
    assert {kind.NAME for kind in catalog.KINDS} - known == set()
    assert items.of("something new", {}) == [items.Item("something new", Decimal(1))]


def host(kind: str, disk: int = 20, running: bool = True) -> dict[str, Any]:
    return {"type": kind, "disk": disk, "running": running}


def change(action: str, before: dict[str, Any] | None, after: dict[str, Any] | None, refused: str = "") -> Change:
    resource = Resource("instance", "app1")
    return Change(
        resource, action, {}, model.Wanted(resource, after) if after else None, Seen(resource, "i-1", before) if before else None, refused
    )


@pytest.mark.parametrize(
    ("changes", "pruned", "usd"),
    [
        ([change(model.CREATE, None, host("t4g.small"))], False, "20.658"),
        # 0.0208 - 0.0104, 730 hours
        ([change(model.RESTART, host("t4g.micro"), host("t4g.small"))], False, "7.592"),
        ([change(model.UPDATE, host("t4g.small", 20), host("t4g.small", 30))], False, "0.912"),
        # a host that was stopped is started: its hours and its address
        ([change(model.RESTART, host("t4g.small", running=False), host("t4g.small"))], False, "18.834"),
        ([change(model.ORPHAN, host("t4g.small"), None)], False, "0"),
        ([change(model.ORPHAN, host("t4g.small"), None)], True, "-20.658"),
        ([change(model.REPLACE, host("t4g.micro"), host("t4g.small"), "say -e replace=")], False, "0"),
        ([], False, "0"),
    ],
)
def test_a_plan_adds_what_it_does(changes: list[Change], pruned: bool, usd: str) -> None:
    assert estimate.difference(changes, PRICES, pruned).usd == Decimal(usd)


def test_the_line_of_a_plan() -> None:
    """Of one host as declared: 21.058, and the assumed logs 0.7914."""
    add = [change(model.CREATE, None, host("t4g.small"))]
    assert cost_line.of_plan(env(SMALL), add, pruned=False) == "cost: 21.85 USD a month as declared, +20.66 by this plan"
    assert cost_line.of_plan(env(SMALL), [], pruned=False).endswith("+0.00 by this plan")
    over = cost_line.of_plan(env({**SMALL, "key": True, "budget": {"monthly_usd": 10}}), [], pruned=False)
    assert over == (
        "cost: at least 21.85 USD a month as declared, +0.00 by this plan; no price for key; "
        "budget of production: 10.00, OVER by at least 11.85"
    )  # fmt: skip
    elsewhere = declaration.read(SMALL, "production", "123456789012", "eu-west-1", {})
    assert cost_line.of_plan(elsewhere, add, pruned=False).startswith("cost: unknown, no prices for eu-west-1")


def test_old_prices_are_warned_of() -> None:
    dated = file.Prices(REGION, {key: one._replace(date="2026-10-01") for key, one in PRICES.lines.items()})
    assert not any("WARNING" in line for line in told.notes([], dated, "2026-12-01"))
    assert [line for line in told.notes([], dated, "2027-05-01") if "prices are up to 212 days old" in line]


def test_declarations_of_other_inventories_are_read_from_their_files(tmp_path: Path) -> None:
    for name, text in (("a", "aws_environment: {x: 1}"), ("b", "other: 1"), ("c", ""), ("d", "aws_environment: {x: '{{ y }}'}")):
        place = tmp_path / name / "group_vars/all"
        place.mkdir(parents=True)
        if text:
            (place / "aws.yml").write_text(text)
    (tmp_path / "a/group_vars/all/aws.yml.example").write_text("aws_environment: {x: 2}")
    found = beside.of_inventory(tmp_path / "a")
    assert found and found.given == {"x": 1}
    assert beside.of_inventory(tmp_path / "b") is None and beside.of_inventory(tmp_path / "c") is None
    with pytest.raises(SpecError, match="which only its own inventory can fill in"):
        beside.others(tmp_path / "a")


def test_watching_is_paid_by_metrics() -> None:
    """One host: cpu, machine, host, memory, disk; answers are two metrics, and health one: 8 x 0.10 = 0.80.
    Sent by its agent are memory and disk, by filters requests, errors and health: 5 x 0.30 = 1.50.
    A database: storage, cpu and connections, which RDS sends: 0.30 more.
    """
    watching = {"watching": {"email": ["ops@example.com"]}, "budget": {"monthly_usd": 50}}
    with_database = {**SMALL, "database": {}}
    assert of({**SMALL, **watching}).usd - of(SMALL).usd == Decimal("2.30")
    assert of({**with_database, **watching}).usd - of(with_database).usd == Decimal("2.60")
    silent = {"watching": {"email": ["ops@example.com"], "agent": False}}
    assert of({**SMALL, **silent}).usd - of(SMALL).usd == Decimal("0.30")
