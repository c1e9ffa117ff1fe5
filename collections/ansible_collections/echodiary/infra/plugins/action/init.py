# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller only: a directory for somebody's own application, from what they answered. The thinking is in plugin_utils/_init."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypedDict

from ansible.utils.display import Display

from ..plugin_utils._calls.base import LocalAction
from ..plugin_utils._common.errors import SpecError
from ..plugin_utils._init import answers, places, plan, registry, words
from ..plugin_utils._init.shapes import Answers, File


class Options(TypedDict):
    app: str
    image: str
    app_port: str
    addresses: str
    domains: str
    migrate: str
    directory: str


class ActionModule(LocalAction[Options]):
    """``echodiary.infra.init: {app: …, image: …, app_port: …, addresses: …}``"""

    ARGUMENTS = {
        **{name: {"type": "str", "default": ""} for name in ("app", "image", "app_port", "addresses", "domains", "migrate")},
        "directory": {"type": "path", "default": "."},
    }

    def _answer(self, args: Options) -> dict[str, Any]:
        directory = Path(args["directory"]).absolute()
        addresses = args["addresses"].strip()
        known = places.hosts(directory / addresses) if answers.is_inventory(addresses) else []
        given = answers.read({name: str(args[name]) for name in answers.QUESTIONS}, known)  # type: ignore[literal-required]
        found = registry.find(given.image)
        resolved = given._replace(image=given.image._replace(digest=given.image.digest or found.digest), plain=found.plain)
        files = plan.plan(resolved, places.existing(directory))
        self._write(directory, files)
        self._say(resolved, files, "" if resolved.image.digest else found.why)
        return {"changed": any(file.text != file.before for file in files), "files": [_told(file) for file in files]}

    def _write(self, directory: Path, files: list[File]) -> None:
        if self._check:
            return
        try:
            places.write(directory, files)
        except OSError as error:
            raise SpecError(f"could not write all of it: {error}; make that possible, then run the same again, which goes on") from None

    def _say(self, given: Answers, files: list[File], why: str) -> None:
        for line in [*words.lines(files, check=self._check), *words.afterwards(given, files, why, check=self._check)]:
            Display().display(line)


def _told(file: File) -> dict[str, Any]:
    state = "kept" if file.before == file.text else "added" if file.before is not None else "new"
    return {"path": file.path, "state": state, "note": file.note}
