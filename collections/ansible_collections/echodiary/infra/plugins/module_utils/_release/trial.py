# SPDX-License-Identifier: GPL-3.0-or-later
"""The trial itself: weights up step by step, watched on the host, and back to the old slot with one word to HAProxy.

Only what is well the whole way gets to the end. The old slot is there until then, so going back starts nothing and waits for nobody.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from .._host import docker, haproxy
from . import sampling, shares, signs, traffic
from .declared import Asking

if TYPE_CHECKING:
    from .._kinds import documents

INTERVAL = 0.2
#: seconds without HAProxy's counters (it may be reloading) after which nobody knows what goes on
BLIND = 3.0
#: seconds that requests have to end in a slot that was put out
GRACE = 2.0


class Wish(NamedTuple):
    """What a deploy asks for: nothing of it when a component is only converged. ``requests`` None: nobody asks."""

    steps: list[shares.Step]
    requests: list[documents.RequestSpec] | None
    bounds: signs.Bounds

    @classmethod
    def of(cls, release: documents.ReleaseSpec) -> Wish:
        bounds = signs.Bounds(**(release.get("bounds") or {}))
        return cls(shares.steps(release.get("steps") or []), release.get("requests"), bounds)


class Place(NamedTuple):
    """Where: HAProxy's backend, both slots, and what the new one is (Compose project, service, port)."""

    edge: haproxy.EdgeSpec
    new: str
    old: str
    projects: dict[str, documents.ProjectPlace]
    service: str
    port: int


def run(place: Place, wish: Wish) -> str:
    """Empty once every step was held; else what was seen, with no new request in the new slot any more."""
    asking = Asking(list(wish.requests or []), place.port)
    try:
        why = _steps(place, wish, asking)
    except haproxy.HaproxyError as error:
        why = str(error)
    except BaseException:
        out(place)
        raise
    finally:
        asking.stop()
    return _put_out(place, why) if why else ""


def _put_out(place: Place, why: str) -> str:
    try:
        out(place)
    except haproxy.HaproxyError as error:
        raise haproxy.HaproxyError(f"{why}; and it may still have its share: {error}") from error
    return why


def _steps(place: Place, wish: Wish, asking: Asking) -> str:
    usual = sampling.container(place.projects[place.old], place.service)
    watch = _Watch(place, wish.bounds._replace(usual_memory=usual.full if usual else 0.0), asking)
    for number, step in enumerate(wish.steps):
        new, old = shares.weights(step.share)
        haproxy.command(place.edge, [haproxy.weight_words(place.edge, place.new, new), haproxy.weight_words(place.edge, place.old, old)])
        if number == 0:
            traffic.let_in(place.edge, place.new, new, watch.ended)
        why = watch.hold(step.hold)
        if why:
            return f"{why} (at {step.share:g} % of the requests, after {watch.seconds:.1f} s)"
    return ""


class _Watch:
    def __init__(self, place: Place, bounds: signs.Bounds, asking: Asking) -> None:
        self._place, self._bounds, self._asking = place, bounds, asking
        self._began = time.monotonic()
        self._samples = [self._look()]

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._began

    def _look(self) -> signs.Sample:
        place = self._place
        return sampling.look(self.seconds, place.edge, place.new, place.old, place.projects[place.new], place.service, self._asking)

    def ended(self) -> str:
        """What became of its container before HAProxy found it well: no use waiting any longer."""
        self._samples.append(self._look())
        return signs.of_container(self._samples)

    def hold(self, seconds: float) -> str:
        """Watch one step: empty once it was held, else the sign that was seen."""
        since = seen = self.seconds
        while True:
            try:
                self._samples.append(self._look())
                seen = self.seconds
            except haproxy.HaproxyError:
                if self.seconds - seen > BLIND:
                    raise
            found = signs.decide(self._samples, self._bounds, since, seconds)
            if found.verdict != signs.GO_ON:
                return found.why
            time.sleep(INTERVAL)


def out(place: Place) -> None:
    """All requests to the old slot. What hangs in the new one is ended with its container: HAProxy asks the old one again for it."""
    try:
        haproxy.command(place.edge, _back_words(place))
        traffic.wait_for_requests(place.edge, place.new, GRACE)
    finally:
        # where HAProxy cannot be told, its own checks find out
        docker.kill_all(place.projects[place.new]["name"])


def _back_words(place: Place) -> list[str]:
    edge = place.edge
    return [
        haproxy.weight_words(edge, place.old, haproxy.WHOLE),
        haproxy.state_words(edge, place.old, haproxy.READY),
        haproxy.state_words(edge, place.new, haproxy.MAINT),
        haproxy.weight_words(edge, place.new, haproxy.WHOLE),
    ]
