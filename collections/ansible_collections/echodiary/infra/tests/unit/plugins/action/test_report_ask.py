# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json

import yaml
from ansible_collections.echodiary.infra.plugins.action import report_ask
from ansible_collections.echodiary.infra.plugins.modules import report_ask as documented
from ansible_collections.echodiary.infra.plugins.plugin_utils._report import compose
from ansible_collections.echodiary.infra.plugins.plugin_utils._report.sections import logs
from ansible_collections.echodiary.infra.tests.unit.plugins.action.rig import Rig
from ansible_collections.echodiary.infra.tests.unit.plugins.plugin_utils._report import builders as build


def heard(plan: object, url: str = "http://127.0.0.1:9090") -> dict[str, object]:
    names = compose.probes(plan, url, logs.Store())  # type: ignore[arg-type]
    answers = [{"status": 200, "text": json.dumps(name), "milliseconds": 1} for name in names]
    return {"ticks": [{"at": 0.0, "answers": answers}], "seconds": 0.5}


def test_everything_is_asked_in_one_call_and_every_answer_keeps_its_name() -> None:
    rig = Rig(report_ask, heard(build.plan()))
    found = rig.run(plan=build.plan())["asked"]["answers"]
    assert rig.packages == ["_gate"] and rig.manifest["count"] == 1
    assert len(rig.manifest["probes"]) == len(found) > 40
    assert all(json.loads(answer["text"]) == name for name, answer in found.items())
    assert all(one["url"].startswith("http://127.0.0.1:9090/api/v1/query") for one in rig.manifest["probes"])


def test_a_log_store_is_asked_in_the_same_call() -> None:
    plan = build.plan(logs="http://127.0.0.1:9428")
    rig = Rig(report_ask, heard(plan))
    assert "logs.errors" in rig.run(plan=plan, check=True)["asked"]["answers"]
    (asked,) = [one for one in rig.manifest["probes"] if "9428" in one["url"]]
    assert asked["url"] == "http://127.0.0.1:9428/select/logsql/query" and "Authorization" not in asked["headers"]


def test_who_asks_a_log_store_says_so_to_it_and_to_nobody_else() -> None:
    plan = build.plan(logs="http://127.0.0.1:9428")
    rig = Rig(report_ask, heard(plan))
    rig.run(plan=plan, log_password="geheim")
    told = {one["headers"]["Authorization"]: one["url"] for one in rig.manifest["probes"] if "Authorization" in one["headers"]}
    assert told == {"Basic bG9nczpnZWhlaW0=": "http://127.0.0.1:9428/select/logsql/query"}


def test_a_host_that_says_nothing_is_a_result_that_somebody_may_bear() -> None:
    found = Rig(report_ask, "sh: python3: not found").run(plan=build.plan())
    assert found["failed"] and "python3" in found["msg"]


def test_the_documentation_lists_the_same_arguments() -> None:
    options = yaml.safe_load(documented.DOCUMENTATION)["options"]
    assert {name: one.get("default") for name, one in options.items()} == {
        name: one.get("default") for name, one in report_ask.ActionModule.ARGUMENTS.items()
    }
