# SPDX-License-Identifier: GPL-3.0-or-later
"""The two things done to a fleet: look at it, and put it right. Each is one playbook, bounded in time."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.echodiary.infra.plugins.module_utils._host.exposition import Sample
from ansible_collections.echodiary.infra.plugins.plugin_utils._common import groups
from ansible_collections.echodiary.infra.plugins.plugin_utils._drift import collect, files, model, outputs, since

from gitops import runner
from gitops.errors import BlockedError, GitopsError
from gitops.plans import Targets
from gitops.policy import Policy
from gitops.workspace import Workspace, inventory_in

OnHost = Callable[[str], None]
#: seconds that an operation on the account may take at least: AWS makes a database in up to 40 minutes
ACCOUNT_DEADLINE = 3600.0


@dataclass(frozen=True)
class Seen:
    """``releases``: the newest entries of the history of releases, newest first, where it was asked for."""

    report: model.Report
    releases: tuple[dict[str, Any], ...] = ()


def look(
    place: Workspace,
    policy: Policy,
    limit: Sequence[str] = (),
    project: Path | None = None,
    on_host: OnHost | None = None,
    *,
    releases: bool = False,
    schema: bool = False,
) -> Seen:
    """A check of the fleet, without ages and before the policy is applied. The account is looked at unless a limit leaves it out."""
    extra: dict[str, Any] = {"gitops_history": True, "gitops_lock_host": policy.lock_host} if releases else {}
    extra.update({"drift_schema": True} if schema else {})
    extra.update({"drift_account": True} if model.AWS in limit else {})
    wanted = ",".join(limit) or "all"
    limit = [name for name in limit if name != model.AWS]
    order = runner.Order(
        "playbooks/drift_account.yml" if extra.get("drift_account") and not limit else "playbooks/drift.yml",
        project or place.root,
        inventory_in(place, project or place.root),
        place.environment,
        limit=limit,
        extra=extra,
        deadline=policy.deadline,
    )
    done = runner.play(order, runner.hosts_done(on_host) if on_host else None)
    if done.report is None or done.status == "timeout":
        raise GitopsError(f"the check of {place.environment} failed: {runner.why(done, policy.deadline)}")
    if not done.report.hosts:
        account = f" ({model.AWS} is the account, where aws_environment declares one)" if extra.get("drift_account") else ""
        raise GitopsError(f"no host of {place.inventory} matches {wanted}{account}; ansible-inventory --graph shows those there are")
    return Seen(done.report, done.releases)


@dataclass(frozen=True)
class Applied:
    """``refused``: why nothing was done at all. ``taken_back``, ``failed``: "host/component" or "host" with the reason."""

    report: model.Report | None
    taken_back: dict[str, str]
    failed: dict[str, str]


def apply(
    place: Workspace,
    policy: Policy,
    targets: Targets,
    reason: str,
    lock_host: str,
    project: Path | None = None,
    on_host: OnHost | None = None,
    *,
    unattended: bool = False,
) -> Applied:
    """Puts the targets right under the lease: hosts, or the account. BlockedError when somebody else holds it.

    ``unattended``: nobody looks on, so nothing of the account is restarted.
    """
    if model.AWS in targets:
        return _apply_account(place, policy, project or place.root, unattended=unattended)
    extra = {
        "gitops_components": targets,
        "gitops_reason": reason,
        "gitops_lock_host": lock_host,
        "gitops_deadline": policy.deadline,
    }
    order = runner.Order(
        "playbooks/sync.yml",
        project or place.root,
        inventory_in(place, project or place.root),
        place.environment,
        limit=sorted(targets),
        extra=extra,
        deadline=policy.deadline,
    )
    done = runner.play(order, runner.hosts_done(on_host) if on_host else None)
    refused = next((found for found in done.failures if found.action.endswith("deploy_lock")), None)
    if refused:
        raise BlockedError(refused.msg)
    if done.report is None or done.status == "timeout":
        raise GitopsError(f"the sync of {', '.join(sorted(targets))} failed: {runner.why(done, policy.deadline)}")
    return outcome(done.report, targets)


def _apply_account(place: Workspace, policy: Policy, project: Path, *, unattended: bool) -> Applied:
    """As people provision, without what nobody asked for: nothing is replaced or pruned, and no host is waited for."""
    order = runner.Order(
        "playbooks/provision.yml",
        project,
        inventory_in(place, project),
        place.environment,
        extra={"host_keys": False, "account_restart": not unattended},
        deadline=max(policy.deadline, ACCOUNT_DEADLINE),
    )
    done = runner.play(order)
    blocked = next((found.msg for found in done.failures if found.held), None)
    if blocked:
        raise BlockedError(blocked)
    if done.status == "timeout" or (done.status != "successful" and not done.failures):
        raise GitopsError(f"the account of {place.environment} could not be put right: {runner.why(done, order.deadline)}")
    if not done.failures:
        return Applied(None, {}, {})
    why, where = done.failures[0], f"{model.AWS}/{model.ACCOUNT}"
    return Applied(None, {where: why.msg}, {}) if why.taken_back else Applied(None, {}, {where: why.msg})


def outcome(report: model.Report, targets: Targets) -> Applied:
    """How each target ended. Pure."""
    taken_back, failed = {}, {}
    for host in report.hosts:
        if host.msg and host.name in targets:
            failed[host.name] = host.msg
        for one in host.components:
            if one.name not in targets.get(host.name, []):
                continue
            if one.status == "taken_back":
                taken_back[f"{host.name}/{one.name}"] = one.msg
            elif one.status == "failed" or one.sync != "Synced" or one.health not in ("Healthy", "Progressing"):
                failed[f"{host.name}/{one.name}"] = one.msg or f"{one.sync} {one.health}"
    return Applied(report, taken_back, failed)


def lock_host(policy: Policy, report: model.Report) -> str:
    """Where the lease is kept: every tool has to agree, so it is the first host of the group app unless the policy says."""
    hosts = [host for host in report.hosts if host.name != model.AWS]
    app = [host.name for host in hosts if "app" in host.groups]
    return policy.lock_host or groups.first_host({"app": app, "all": [host.name for host in hosts]}, "app", "all")


def keep(place: Workspace, report: model.Report, more: Sequence[Sample] = (), textfile_directory: str = "") -> model.Report:
    """The report with its ages and history, written in every form; the metrics also where node_exporter looks."""
    try:
        with files.held(place.reports):
            memory = files.read_memory(place.reports)
            aged = since.aged(report, memory)
            written = outputs.files(aged, more)
            files.write(place.reports, written)
            files.write_memory(place.reports, since.remembered(aged, memory))
        if textfile_directory:
            files.write(Path(textfile_directory), {f"echodiary_gitops_{place.environment}.prom": written[outputs.METRICS]})
    except files.DriftFileError as error:
        raise GitopsError(str(error)) from error
    except OSError as error:
        raise GitopsError(f"{textfile_directory} cannot be written: {error.strerror}; mend textfile_directory of the policy") from error
    return aged


def previous(place: Workspace) -> model.Report | None:
    """The report that was written last, if it can still be read."""
    try:
        return runner.parse((place.reports / outputs.REPORT).read_text(encoding="utf-8"))
    except (OSError, ValueError, GitopsError):
        return None


def with_schema(report: model.Report, before: model.Report | None) -> model.Report:
    """Schemas are compared now and then, all at once; in between the last verdicts stand."""
    known = {host.name: _schemas(host) for host in before.hosts} if before else {}
    hosts = tuple(
        host if _schemas(host) else dataclasses.replace(host, components=(*host.components, *known.get(host.name, ())))
        for host in report.hosts
    )
    return dataclasses.replace(report, hosts=hosts)


def _schemas(host: model.Host) -> tuple[model.Component, ...]:
    return tuple(one for one in host.components if collect.is_schema(one.name))


def replaced(whole: model.Report, part: model.Report) -> model.Report:
    """A report in which some hosts were looked at again."""
    again = {host.name: host for host in part.hosts}
    hosts = tuple(again.pop(host.name, host) for host in whole.hosts) + tuple(again.values())
    return dataclasses.replace(part, hosts=hosts, seconds=whole.seconds)
