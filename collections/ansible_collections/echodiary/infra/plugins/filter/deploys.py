# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What role ``deploy`` asks while it runs, from its plan and what the hosts have registered. The thinking is in plugin_utils/_deploy."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ansible.errors import AnsibleFilterError

from ..plugin_utils._common import groups as inventory_groups
from ..plugin_utils._common.errors import SpecError
from ..plugin_utils._component import names, released
from ..plugin_utils._deploy import entry, gate, message, migration, plan, registered

if TYPE_CHECKING:
    from ..plugin_utils._deploy.results import Variables

Plan = Mapping[str, Any]


def first_host(groups: Mapping[str, Sequence[str]], *names: str) -> str:
    return inventory_groups.first_host(groups, *names)


def released_component(host: Variables, playbook_dir: str) -> str:
    try:
        return released.typed_or_only(host.get("components"), playbook_dir)
    except SpecError as error:
        raise AnsibleFilterError(str(error)) from error


def released_components(host: Variables, playbook_dir: str) -> list[str]:
    try:
        return released.among(released.names(host.get("components")), playbook_dir)
    except SpecError as error:
        raise AnsibleFilterError(str(error)) from error


def led_components(hostvars: Mapping[str, Variables], host: str, playbook_dir: str) -> list[str]:
    try:
        return released.led({name: released.names(hostvars[name].get("components")) for name in hostvars}, host, playbook_dir)
    except SpecError as error:
        raise AnsibleFilterError(str(error)) from error


def deploy_step(found: Plan, index: int) -> dict[str, Any]:
    return plan.step(plan.of_result(found), index)._asdict()


def deploy_watch(
    hostvars: Mapping[str, Variables],
    found: Plan,
    host: str,
    batch: Sequence[str],
    index: int,
) -> dict[str, Any]:
    run = plan.of_result(found)
    hosts = registered.Hosts(run.plan.hosts, hostvars)
    rolled = gate.Batch(run.plan.kind, names.short(run.plan.component), batch, index == 0, hosts, run.context.check)
    try:
        return gate.watch(host, rolled, run.context.gate, run.context.requests, run.context.verify)._asdict()
    except (KeyError, TypeError, ValueError) as error:
        raise AnsibleFilterError(f"deploy_verify_requests: each needs name and path, and status is a number: {error!r}") from error


def deploy_migration(hostvars: Mapping[str, Variables], found: Plan) -> dict[str, Any]:
    return migration.migration(registered.of(found["lead"], hostvars), found["kind"])._asdict()


def deploy_serving(hostvars: Mapping[str, Variables], found: Plan) -> list[str]:
    return migration.serving(registered.Hosts(found["hosts"], hostvars).values())


def deploy_ahead(hostvars: Mapping[str, Variables], found: Plan) -> bool:
    return migration.ahead(registered.of(found["lead"], hostvars), registered.Hosts(found["hosts"], hostvars).values())


def rehearsal_host(hostvars: Mapping[str, Variables], groups: Mapping[str, Sequence[str]], otherwise: str) -> str:
    return migration.rehearses(groups.get("monitoring") or (), lambda host: released.names(hostvars[host].get("components")), otherwise)


def deploy_notice(hostvars: Mapping[str, Variables], found: Plan, event: str) -> dict[str, Any]:
    run = plan.of_result(found)
    lead = registered.of(run.plan.lead, hostvars)
    return dict(message.body(message.news(event, run, lead), lead.caller))


def deploy_entry(hostvars: Mapping[str, Variables], found: Plan, host: str) -> dict[str, Any]:
    run = plan.of_result(found)
    return dict(entry.entry(run, host, registered.Hosts(run.plan.hosts, hostvars)))


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {
            "first_host": first_host,
            "released_component": released_component,
            "released_components": released_components,
            "led_components": led_components,
            "deploy_step": deploy_step,
            "deploy_watch": deploy_watch,
            "deploy_migration": deploy_migration,
            "deploy_serving": deploy_serving,
            "deploy_ahead": deploy_ahead,
            "rehearsal_host": rehearsal_host,
            "deploy_notice": deploy_notice,
            "deploy_entry": deploy_entry,
        }
