# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import re

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._account import model
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.kinds import catalog
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.model import Kind, Ref

from ..example import EVERYTHING, environment


def refs(value: object) -> list[Ref]:
    if isinstance(value, Ref):
        return [value]
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [ref for part in parts for ref in refs(part)]


@pytest.mark.parametrize("kind", catalog.KINDS, ids=lambda kind: kind.NAME)
def test_a_kind_refers_to_earlier_ones_only_and_to_what_is_declared(kind: Kind) -> None:
    env = environment(**EVERYTHING)
    there = {one.resource for earlier in catalog.KINDS[: catalog.place(kind.NAME)] for one in earlier.declared(env)}
    found = [ref for one in kind.declared(env) for ref in refs({**one.fields, **one.once})]
    assert {model.Resource(*ref) for ref in found} <= there


@pytest.mark.parametrize("kind", catalog.KINDS, ids=lambda kind: kind.NAME)
def test_a_kind_names_its_resources_its_effects_and_its_rights(kind: Kind) -> None:
    wanted = list(kind.declared(environment(**EVERYTHING)))
    assert wanted and {one.resource.kind for one in wanted} == {kind.NAME}
    assert len({one.resource for one in wanted}) == len(wanted)
    assert set(kind.EFFECT) <= set(wanted[0].fields) and set(kind.EFFECT.values()) <= {*model.EFFECTS, model.GROWS}
    assert all(re.fullmatch("[a-z0-9-]+:[A-Z][A-Za-z0-9]+", right) for right in (*kind.READS, *kind.WRITES))


#: right -> event, where CloudTrail calls a service otherwise than IAM does
OTHERWISE = {"cloudwatch": "monitoring"}


@pytest.mark.parametrize("kind", catalog.KINDS, ids=lambda kind: kind.NAME)
def test_a_kind_says_whose_events_tell_who_changed_it(kind: Kind) -> None:
    """Of a service that it is changed by: who changed it is asked for nowhere else."""
    services = [right.partition(":")[0] for right in kind.WRITES]
    assert kind.EVENTS in {OTHERWISE.get(one, one) for one in services}


def test_every_kind_is_found_by_its_name() -> None:
    assert [catalog.named(kind.NAME) for kind in catalog.KINDS] == list(catalog.KINDS)
