# SPDX-License-Identifier: GPL-3.0-or-later
"""Since when: what was seen before lends today's report its ages and its history. Pure; ``files`` keeps the memory."""

from __future__ import annotations

import dataclasses
from typing import TypedDict

from ansible_collections.echodiary.infra.plugins.plugin_utils._drift import model

VERSION = 1
#: verdicts kept for the sparkline: a day and a half at one every two minutes would be 1080; the line needs far fewer
HISTORY = 120


class Memory(TypedDict):
    """``first``: host/component/resource -> time; ``states``: host/component -> sync, health, time."""

    version: int
    first: dict[str, str]
    states: dict[str, list[str]]
    history: list[model.Verdict]
    last_verdict: str


def empty() -> Memory:
    return {"version": VERSION, "first": {}, "states": {}, "history": [], "last_verdict": ""}


def aged(report: model.Report, memory: Memory) -> model.Report:
    """Every difference with the time it was first seen, every component with the time of its present verdict."""
    hosts = tuple(_aged_host(host, report.time, memory) for host in report.hosts)
    report = dataclasses.replace(report, hosts=hosts)
    entry: model.Verdict = {"time": report.time, "sync": report.sync, "health": report.health, "out_of_sync": report.counts()["resources"]}
    return dataclasses.replace(
        report,
        history=(*memory["history"][-HISTORY + 1 :], entry),
        last_verdict=report.time if _is_verdict(report) else memory["last_verdict"],
    )


def _is_verdict(report: model.Report) -> bool:
    return "Unknown" not in (report.sync, report.health)


def _aged_host(host: model.Host, now: str, memory: Memory) -> model.Host:
    return dataclasses.replace(host, components=tuple(_aged_component(host.name, one, now, memory) for one in host.components))


def _aged_component(host: str, one: model.Component, now: str, memory: Memory) -> model.Component:
    before = memory["states"].get(f"{host}/{one.name}")
    since = before[2] if before and before[:2] == [one.sync, one.health] else now
    resources = tuple(
        dataclasses.replace(found, since=memory["first"].get(f"{host}/{one.name}/{found.resource}", now))
        if found.sync != model.SYNCED
        else found
        for found in one.resources
    )
    return dataclasses.replace(one, since=since, resources=resources)


def remembered(report: model.Report, memory: Memory) -> Memory:
    """The memory after an ``aged`` report. Of hosts that could not be judged, or were not asked, nothing is forgotten."""
    judged = {host.name for host in report.hosts if host.reached and not host.msg}
    first = {key: time for key, time in memory["first"].items() if key.split("/", 1)[0] not in judged}
    states = {key: state for key, state in memory["states"].items() if key.split("/", 1)[0] not in judged}
    for host, component in report.components():
        states[f"{host.name}/{component.name}"] = [component.sync, component.health, component.since]
        first.update({f"{host.name}/{component.name}/{found.resource}": found.since for found in component.resources if found.since})
    return {
        "version": VERSION,
        "first": first,
        "states": states,
        "history": list(report.history),
        "last_verdict": report.last_verdict,
    }
