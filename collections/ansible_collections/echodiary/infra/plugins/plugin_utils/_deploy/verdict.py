# SPDX-License-Identifier: GPL-3.0-or-later
"""How a deploy ended: all new, all old, or a named mixture. Pure: from what each host's tasks returned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypedDict

from . import schema as schemas
from .hosts import found_on, left_with, short

if TYPE_CHECKING:
    from .._calls.variables import Phase
    from .results import Rolled, Tried

NEW, OLD, UNKNOWN, UNTOUCHED = "new", "old", "unknown", "untouched"
#: serves something else than what this run left there; was not meant to be changed (--limit)
OTHER, LEFT_OUT = "other", "left out"
SUCCEEDED, TAKEN_BACK, PARTIAL, FAILED, REFUSED = "succeeded", "taken_back", "partial", "failed", "refused"
#: phases in which nothing is changed: what ends there was refused
LOOKING = ("rehearse", "lock", "preflight")


class Ended(TypedDict, total=False):
    """What a host's tasks returned. ``served``: what it was found to serve last of all, where it was asked."""

    roll: Rolled | None
    back: Rolled | None
    served: Rolled | None


class Verdict(NamedTuple):
    outcome: str
    hosts: dict[str, str]
    error: str

    @property
    def well(self) -> bool:
        """As asked for: everywhere, or on those hosts that were asked for."""
        return not self.error


def verdict(hosts: Mapping[str, Ended], phase: str, errors: list[str], left_out: Sequence[str] = ()) -> Verdict:
    """``errors``: in the order in which they happened. ``left_out``: hosts that run the component and are not in the play."""
    states = {host: _state(found.get("roll"), found.get("back")) for host, found in hosts.items()}
    asked = {host: found for host, found in hosts.items() if (served := found.get("served")) and not served.get("skipped")}
    unlike = {host: said for host, found in asked.items() if (said := _unlike(found, states[host]))}
    states |= {host: state for host, (state, _) in unlike.items()}
    differing = [f"{host}: {words}" for host, (_, words) in sorted(unlike.items())]
    error = "; ".join([*errors[:1], *differing]) or _silent_error(states) or _mixture(asked)
    outcome = _outcome(set(states.values()), phase, bool(error))
    if outcome == SUCCEEDED and left_out:
        outcome = PARTIAL
    return Verdict(outcome, {**states, **dict.fromkeys(left_out, LEFT_OUT)}, error)


def _unlike(found: Ended, state: str) -> tuple[str, str] | None:
    """What is wrong with a host that serves something else than what was left there, or does not say."""
    left, seen = left_with(found.get("roll"), found.get("back")), found_on(found.get("served"))
    if left is None or state not in (NEW, OLD):
        return None
    if seen is None:
        return UNKNOWN, "did not say at the end what it serves"
    return (OTHER, f"serves {seen}, not {left}: somebody else changed it meanwhile") if seen.differs(left) else None


def _mixture(asked: Mapping[str, Ended]) -> str:
    """Two releases serving are no success, whoever is to blame."""
    seen = {host: serving for host, found in asked.items() if (serving := found_on(found.get("served")))}
    if len({serving.image for serving in seen.values()}) < 2:
        return ""
    return "not every host serves the same: " + ", ".join(f"{short(serving.image)} on {host}" for host, serving in sorted(seen.items()))


def _state(roll: Rolled | None, back: Rolled | None) -> str:
    """Which release a host ended with, as far as it has answered."""
    if not roll or roll.get("skipped"):
        return UNTOUCHED
    if not roll.get("components"):
        return UNKNOWN if roll.get("unreachable") or roll.get("failed") else UNTOUCHED
    if roll.get("failed"):
        return OLD
    if not back or back.get("skipped"):
        return NEW
    if not back.get("components"):
        return UNKNOWN
    # what cannot be gone back from goes on serving
    return NEW if back.get("failed") else OLD


def failed_in(phases: list[Phase]) -> str:
    """The last phase that was not about going back."""
    return next((phase["name"] for phase in reversed(phases) if phase["name"] != "take_back"), "")


def _silent_error(states: dict[str, str]) -> str:
    """A host that has not got it is an error, even where nobody said so. What rolls nobody (a migration) leaves all untouched."""
    lost = sorted(host for host, state in states.items() if state != NEW)
    return f"{', '.join(lost)} did not get the release" if lost and set(states.values()) != {UNTOUCHED} else ""


def _outcome(states: set[str], phase: str, failed: bool) -> str:
    if not failed:
        return SUCCEEDED
    if states <= {UNTOUCHED}:
        return REFUSED if phase in LOOKING else FAILED
    return TAKEN_BACK if states <= {OLD, UNTOUCHED} else PARTIAL


def broken(tried: Tried | None) -> str:
    """What a release that did not become well breaks of its contract, where that was found out: before what was seen of it."""
    named = tried.get("named") if tried else ""
    return f"the image breaks its contract (docs/contract.md): {named}. What was seen: " if named else ""


def seconds_of(phases: list[Phase], now: float) -> dict[str, float]:
    """Phase -> seconds, and their total."""
    ends = [*(phase["at"] for phase in phases[1:]), now]
    found: dict[str, float] = {}
    for phase, end in zip(phases, ends, strict=False):
        found[phase["name"]] = round(found.get(phase["name"], 0.0) + end - phase["at"], 1)
    if phases:
        found["total"] = round(now - phases[0]["at"], 1)
    return found


WORDS = {
    SUCCEEDED: "done on every host",
    TAKEN_BACK: "taken back: every host runs what it ran before",
    FAILED: "failed before any host was changed",
    REFUSED: "refused before anything was touched",
}
PREVIEW = "would be done on every host; nothing was changed"


def message(
    what: str,
    found: Verdict,
    seconds: dict[str, float],
    migrated: str,
    *,
    check: bool = False,
    schema: schemas.Schema = schemas.NOT_ASKED,
    release: str = "",
    also: str = "",
) -> str:
    """The last lines people read: what happened, why, what runs where when that is not the same everywhere, what to do next."""
    took = f" ({seconds['total']:.0f} s)" if "total" in seconds else ""
    ended = PREVIEW if check and found.outcome == SUCCEEDED else _ended(found)
    if found.outcome == FAILED and schema.moved:
        ended = schemas.failed(schema)
    lines = [f"{what}: {ended}{took}"]
    if found.error:
        lines.append(f"because: {found.error}")
    advice = _rest(found) if found.well and found.outcome == PARTIAL else _advice(found.outcome, migrated, schema, release, also)
    return "\n".join([*lines, *advice])


def _ended(found: Verdict) -> str:
    if found.outcome != PARTIAL:
        return WORDS[found.outcome]
    order = (NEW, OLD, UNTOUCHED, UNKNOWN, OTHER)
    by_state = {state: sorted(host for host, value in found.hosts.items() if value == state) for state in order}
    named = [f"{state} on {', '.join(names)}" for state, names in by_state.items() if names]
    absent = sorted(host for host, value in found.hosts.items() if value == LEFT_OUT)
    return f"Partial{', as asked' if found.well else ''}: " + "; ".join([*named, *([f"left out: {', '.join(absent)}"] if absent else [])])


def _rest(found: Verdict) -> list[str]:
    absent = ",".join(sorted(host for host, state in found.hosts.items() if state == LEFT_OUT))
    return [f"next: the same to {absent}, without --limit; the pin was not written, so echodiary.infra.site would take the others back"]


def _advice(outcome: str, migrated: str, schema: schemas.Schema, release: str, also: str) -> list[str]:
    """``also``: what a command that is suggested needs beside the release; ``migrated``: what the schema was brought to, if it was."""
    if outcome in (TAKEN_BACK, FAILED) and schema.moved:
        return schemas.advice(schema, release, also)
    if outcome in (TAKEN_BACK, FAILED) and migrated:
        return [f"next: the schema stays at {migrated}, on which the release before was shown well; mend the release and deploy again"]
    if outcome == PARTIAL:
        back = f"ansible-playbook echodiary.infra.rollback{also}"
        changed = [schemas.stays(schema)] if schema.command else []
        return [*changed, f"next: look at the hosts named above, then deploy again, or go back to what was good: {back}"]
    return []
