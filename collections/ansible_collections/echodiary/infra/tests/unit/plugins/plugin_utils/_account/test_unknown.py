# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any, cast

from ansible_collections.echodiary.infra.plugins.plugin_utils._account import unknown
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.aws import Aws
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError

from .answers import account
from .example import environment

ENV = environment()


class Refuses:
    def find(self, *_: Any, **__: Any) -> Any:
        raise SpecError("tag:GetResources is refused")


def test_what_no_kind_knows_is_told_and_what_is_known_is_not() -> None:
    arns = ["arn:aws:s3:::kept", "arn:aws:lambda:ap-northeast-2:123456789012:function:hers"]
    answer = {"ResourceTagMappingList": [{"ResourceARN": one} for one in arns]}
    (line,) = unknown.told(account(get_resources=answer), ENV, ["kept"])
    assert line.endswith("function:hers")


def test_a_name_that_only_ends_as_another_is_not_taken_for_it() -> None:
    arns = ["arn:aws:lambda:ap-northeast-2:123456789012:function:not-kept", "arn:aws:rds:ap-northeast-2:123456789012:snapshot:kept"]
    answer = {"ResourceTagMappingList": [{"ResourceARN": one} for one in arns]}
    (line,) = unknown.told(account(get_resources=answer), ENV, ["kept", "snapshot:kept"])
    assert line.endswith("function:not-kept")


def test_that_it_cannot_be_asked_ends_nothing_and_is_said() -> None:
    (line,) = unknown.told(cast("Aws", Refuses()), ENV, [])
    assert "not known" in line and "tag:GetResources" in line
