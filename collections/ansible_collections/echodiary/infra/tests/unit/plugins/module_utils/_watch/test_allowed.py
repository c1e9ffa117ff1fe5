# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

from ansible_collections.echodiary.infra.plugins.module_utils._kinds import model
from ansible_collections.echodiary.infra.plugins.module_utils._watch import allowed
from ansible_collections.echodiary.infra.plugins.module_utils._watch.shapes import Finding, Known

PATH = "/etc/sudoers.d/90-cloud"
CONTENT: Any = {"digest": "one", "mode": "0440", "uid": 0, "gid": 0}
STRANGER = Finding(model.Resource("stranger", PATH), "nobody has it", content=CONTENT)
CONTAINER = Finding(model.Resource("container", "sidecar"), "nobody declared it")


def spec(*entries: dict[str, Any]) -> Any:
    filled = [{"reason": "why", "until": "", "hosts": [], **entry} for entry in entries]
    return {"host": "app1", "aspects": ["files"], "allowed": filled, "remove": []}


def judge(finding: Finding, *entries: dict[str, Any], kept: Any = None, today: str = "2026-01-31") -> allowed.Judged:
    return allowed.judge(finding, spec(*entries), Known(kept=kept or {}), today)


def test_what_nobody_allowed_is_told() -> None:
    assert judge(STRANGER, {"resources": ["stranger:/etc/other"]}) == allowed.Judged(STRANGER, False, None)


def test_what_has_no_contents_is_let_be_as_long_as_the_entry_holds() -> None:
    entry = {"resources": ["container:side*"], "until": "2026-01-31"}
    assert judge(CONTAINER, entry).allowed
    over = judge(CONTAINER, entry, today="2026-02-01")
    assert not over.allowed
    assert "2026-01-31" in over.finding.why and "why" in over.finding.why


def test_an_entry_may_name_hosts() -> None:
    assert judge(CONTAINER, {"resources": ["container:*"], "hosts": ["app*"]}).allowed
    assert not judge(CONTAINER, {"resources": ["container:*"], "hosts": ["mon*"]}).allowed


def test_a_name_like_a_glob_stands_for_itself() -> None:
    odd = CONTAINER._replace(resource=model.Resource("stranger", "/etc/cron.d/a[1]*"))
    assert judge(odd, {"resources": ["stranger:/etc/cron.d/a[1]*"]}).allowed


def test_contents_are_let_be_as_they_were() -> None:
    entry = {"resources": [f"stranger:{PATH}"]}
    first = judge(STRANGER, entry)
    assert first.allowed and first.kept and first.kept["digest"] == "one"
    kept = {PATH: first.kept}
    assert judge(STRANGER, entry, kept=kept).allowed
    changed = STRANGER._replace(content={**CONTENT, "digest": "two"})
    again = judge(changed, entry, kept=kept)
    assert not again.allowed
    assert again.kept == first.kept, "what was allowed is not forgotten by looking"


def test_who_decides_anew_lets_be_what_is_there_now() -> None:
    entry = {"resources": [f"stranger:{PATH}"]}
    kept = {PATH: judge(STRANGER, entry).kept}
    changed = STRANGER._replace(content={**CONTENT, "digest": "two"})
    decided = judge(changed, entry, {**entry, "reason": "two admins now"}, kept=kept)
    assert decided.allowed and decided.kept and decided.kept["digest"] == "two"


def test_mode_counts_as_contents() -> None:
    entry = {"resources": [f"stranger:{PATH}"]}
    kept = {PATH: judge(STRANGER, entry).kept}
    assert not judge(STRANGER._replace(content={**CONTENT, "mode": "0666"}), entry, kept=kept).allowed
