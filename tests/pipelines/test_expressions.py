# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands in for GitHub has to read conditions as GitHub does: the tests of the workflows rest on it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.pipelines.expressions import Expressions

CONTEXTS: dict[str, Any] = {
    "needs": {"pin": {"outputs": {"deploy": "true", "image": ""}, "result": "success"}, "build": {"outputs": {}, "result": "skipped"}},
    "inputs": {"release": "v1", "action": "Deploy"},
    "vars": {},
    "github": {"event_name": "push", "event": {"head_commit": {"message": "it's"}}},
}


def expressions(**functions: bool) -> Expressions:
    return Expressions(CONTEXTS, {name: (lambda value=value: value) for name, value in functions.items()})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${{ needs.pin.outputs.image || inputs.release }}", "v1"),
        ("${{ vars.RUNNER || 'ubuntu' }}", "ubuntu"),
        ("a ${{ inputs.release }} b", "a v1 b"),
        ("${{ github.event_name == 'push' && github.event.head_commit.message || '' }}", "it's"),
        ("${{ fromJSON(vars.ENVIRONMENTS || '[]') }}", []),
        ("${{ format('{0}-{1}', inputs.release, 'x') }}", "v1-x"),
        ("${{ contains(needs.*.result, 'skipped') }}", True),
        ("${{ vars.NONE }}", None),
        ("plain", "plain"),
        (False, False),
    ],
)
def test_values(text: Any, value: Any) -> None:
    assert expressions().fill(text) == value


@pytest.mark.parametrize(
    ("condition", "success", "failure", "holds"),
    [
        ("vars.ENVIRONMENTS != ''", True, False, False),
        ("inputs.action == 'deploy'", True, False, True),
        ("inputs.action == 'deploy'", False, True, False),
        ("always() && inputs.action == 'deploy'", False, True, True),
        ("${{ !failure() && (needs.pin.outputs.deploy == 'true' || vars.X) }}", False, False, True),
        ("${{ !failure() && (needs.pin.outputs.deploy == 'true' || vars.X) }}", False, True, False),
        ("!(inputs.release)", True, False, False),
    ],
)
def test_conditions(condition: str, success: bool, failure: bool, holds: bool) -> None:
    assert expressions(success=success, failure=failure, always=True).holds(condition) is holds


@pytest.mark.parametrize("text", ["${{ secret.X }}", "${{ a + b }}", "${{ (vars.X }}"])
def test_what_is_unknown_is_an_error(text: str) -> None:
    with pytest.raises((AssertionError, IndexError)):
        expressions().fill(text)
