# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from ansible.plugins.action import ActionBase
from ansible_collections.echodiary.infra.plugins.plugin_utils._account import hands, model
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.aws import Aws, Login, UnsureError
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError

SUBNET = model.Module("amazon.aws.ec2_vpc_subnet", {})


def failed(**result: Any) -> SpecError:
    action = SimpleNamespace(_execute_module=lambda **_: {"failed": True, **result})
    aws = SimpleNamespace(login=Login("ap-northeast-2"))
    with pytest.raises(SpecError) as found:
        hands.Ansibles(cast("ActionBase", action), {}, cast("Aws", aws)).do(SUBNET)
    return found.value


def test_a_module_that_finds_its_own_work_done_may_have_done_it() -> None:
    said = "Failed to create subnet: An error occurred (InvalidSubnet.Conflict) when calling the CreateSubnet operation: …"
    assert isinstance(failed(msg=said), UnsureError)
    assert isinstance(failed(msg="Failed", error={"code": "EntityAlreadyExists"}), UnsureError)


def test_whatever_else_it_says_is_a_refusal() -> None:
    for result in ({"msg": "An error occurred (UnauthorizedOperation) when …"}, {"module_stderr": "Traceback"}, {}):
        assert not isinstance(failed(**result), UnsureError)
    assert str(failed(msg="Failed", error={"code": "Nope"})) == "amazon.aws.ec2_vpc_subnet: Failed (Nope)"
