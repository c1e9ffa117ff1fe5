# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller half of ``image_contract``: what the component asks of an image goes to a host; what that saw is judged."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, TypedDict

from ..plugin_utils._calls.base import HostCall
from ..plugin_utils._common.errors import SpecError
from ..plugin_utils._component import monitoring, release, released, roster, tried, watched
from ..plugin_utils._contract import judge
from ..plugin_utils._contract.shapes import BROKEN, Case, Wanted
from ..plugin_utils._converge import migrate
from ..plugin_utils._converge.specs import Specs

if TYPE_CHECKING:
    from ..module_utils._contract.shapes import Manifest, Observation
    from ..module_utils._kinds import documents


class Options(TypedDict):
    component: str
    start: bool
    deadline: float


class ActionModule(HostCall[Options]):
    """``echodiary.infra.image_contract: {component: shop}``"""

    PACKAGE = "_contract"
    ARGUMENTS = {
        "component": {"type": "str", "default": ""},
        "start": {"type": "bool", "default": True},
        "deadline": {"type": "float", "default": 60.0},
    }

    def _answer(self, args: Options) -> dict[str, Any]:
        try:
            return self._tried(args)
        except SpecError as error:
            # not raised: after a deploy that failed it is nobody's trouble (failed_when)
            return {"failed": True, "changed": False, "msg": str(error)}

    def _tried(self, args: Options) -> dict[str, Any]:
        spec, tool = self._spec(args["component"])
        entry, paths, declared = self._declared(args["component"] or spec["name"])
        works = not declared.slots
        asked = tried.manifest(spec, declared, paths, tool, tried.Wish(args["start"] and not works, args["deadline"], self._check))
        seen: Observation = self._ask(asked)
        if seen.get("failed"):
            raise SpecError(str(seen.get("msg")))
        wanted = _wanted(entry.component, asked, declared.accepts, args["start"] and not self._check)
        return _result(Case(seen, wanted._replace(works=works)))

    def _spec(self, component: str) -> tuple[documents.ComponentSpec, str]:
        """And who brings its schema along."""
        listed = self._templar.template(self._vars.get("components") or "")
        name = component or released.typed_or_only(listed, self._vars.get("playbook_dir", "."))
        (spec,) = Specs(self, self._vars).of([name])
        declared = spec["release"]
        if not declared:
            raise SpecError(f"component {spec['name']} has no release (component.yml: release), so no image is released for it")
        return spec, migrate.tool(declared["migrate"])

    def _declared(self, component: str) -> tuple[roster.Entry, list[str], release.Declared]:
        known = roster.Roster(self._loader, self._templar, self._vars, [component])
        entry = known.one(known.here.name, component)
        declared = release.declared(entry.component, entry.release)
        source = known.source(known.here, component)
        here = os.path.isfile(os.path.join(source.path, watched.FILE))
        spec = monitoring.Monitoring(known).spec(known.here, source) if here else None
        return entry, tried.metrics(entry.component, declared, entry.listens, spec), declared


def _wanted(component: str, asked: Manifest, accepts: list[str], start: bool) -> Wanted:
    question = asked["asked"]
    return Wanted(
        component=component,
        image=asked["image"],
        check_path=question["check"]["path"],
        check_status=question["check"]["status"],
        check_host=question["check"]["host"],
        deadline=question["deadline"],
        asks=bool(question["requests"]),
        scraped=bool(question["metrics"]),
        migrate=asked["migrate"],
        start=start,
        accepts=accepts,
    )


def _result(case: Case) -> dict[str, Any]:
    found = judge.judge(case)
    broken = judge.of(found, BROKEN)
    return {
        "changed": False,
        "failed": bool(broken),
        "msg": judge.words(case, found),
        "broken": [one.point for one in broken],
        "named": judge.named(case, found),
        "accepted": judge.accepted(found),
        "points": [one._asdict() for one in found],
        "notes": judge.notes(case, found),
        "seconds": case.seen["seconds"],
    }
