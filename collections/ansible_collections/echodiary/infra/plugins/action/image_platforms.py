# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller half of ``image_platforms``: the images of all components of a host; which cannot run there is said by the host."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

from ..plugin_utils._calls.base import HostCall
from ..plugin_utils._common.errors import SpecError
from ..plugin_utils._component import released
from ..plugin_utils._converge.specs import Specs

if TYPE_CHECKING:
    from ..module_utils._platforms.shapes import Answer


class Options(TypedDict):
    components: list[str]


class ActionModule(HostCall[Options]):
    """``echodiary.infra.image_platforms: {components: "{{ components }}"}``"""

    PACKAGE = "_platforms"
    ARGUMENTS = {"components": {"type": "list", "elements": "str", "default": []}}

    def _answer(self, args: Options) -> dict[str, Any]:
        images, notes = self._images(args["components"])
        found: Answer = self._ask({"images": sorted(images)})
        return {
            "changed": False,
            "failed": bool(found["refused"]),
            "msg": "\n".join(found["refused"]) or "every image can run here, as far as registries say",
            "notes": [*notes, *found["unknown"]],
        }

    def _images(self, components: list[str]) -> tuple[set[str], list[str]]:
        """And what could not be looked at. Of a release its own trial says more."""
        images: set[str] = set()
        notes: list[str] = []
        for name in components:
            try:
                if not released.has_release(name, self._vars.get("playbook_dir", ".")):
                    images |= self._of(name)
            except SpecError as error:
                notes.append(f"component {name}: its images were not asked for ({error})")
        return images, notes

    def _of(self, component: str) -> set[str]:
        (spec,) = Specs(self, self._vars).of([component])
        project = spec["compose"]
        return {service["image"] for service in project["services"].values()} if project else set()
