# SPDX-License-Identifier: GPL-3.0-or-later
"""An account that answers what a test says, in AWS's own words, and keeps what it was asked; and what a kind asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

import jmespath
from ansible_collections.echodiary.infra.plugins.plugin_utils._account import model
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.aws import Aws

ARN = "arn:aws:{}:ap-northeast-2:123456789012:"
RDS, CACHE = ARN.format("rds"), ARN.format("elasticache")


class Answers:
    """``given``: operation -> its answer, or what makes one of the arguments."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self._given = given

    def find(self, service: str, operation: str, path: str, absent: tuple[str, ...] = (), **asked: Any) -> list[Any]:
        del service, absent
        answer = self._given.get(operation, {})
        made: Callable[..., Any] = answer if callable(answer) else lambda **_: answer
        found = jmespath.search(path, made(**asked))
        return [one for one in (found if isinstance(found, list) else [found]) if one is not None]

    def one(self, *what: Any, **asked: Any) -> Any:
        return next(iter(self.find(*what, **asked)), None)


def account(**given: Any) -> Aws:
    return cast("Aws", Answers(given))


def calls(asked: model.Calls) -> list[tuple[str, Mapping[str, Any]]]:
    """Module or operation, and what it is given."""
    return [(call.operation if isinstance(call, model.Api) else call.name, call.args) for call in asked]
