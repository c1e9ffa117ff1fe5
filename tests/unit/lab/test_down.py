# SPDX-License-Identifier: GPL-3.0-or-later
"""Images go when nobody uses them; one that another stands on goes after it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import requests
from docker.errors import APIError

from lab import down, labels
from lab.progress import Progress
from lab.settings import read


class Engine:
    """Images that stand on each other; containers and networks with labels."""

    def __init__(self, images: dict[str, str | None], owners: list[str] | None = None) -> None:
        self.stands_on, self.owners = images, owners or []
        self.images = self.containers = self.networks = self

    def list(self, filters: dict[str, str], **_: Any) -> list[Any]:
        if filters == {"label": labels.IMAGE}:
            return [SimpleNamespace(id=name) for name in self.stands_on]
        found = [{labels.LAB: owner} for owner in self.owners]
        return [SimpleNamespace(labels=each, attrs={"Labels": each}) for each in found]

    def remove(self, identifier: str, **_: Any) -> None:
        if identifier in self.stands_on.values():
            raise APIError("conflict", response=_answer(409))
        del self.stands_on[identifier]


def _answer(status: int) -> requests.Response:
    response = requests.Response()
    response.status_code = status
    return response


def test_images_that_stand_on_each_other_are_all_removed() -> None:
    engine = Engine({"base": None, "bare": "base", "host": "bare"})
    assert down.remove_images(engine) == 3  # type: ignore[arg-type]
    assert engine.stands_on == {}


def test_an_image_that_somebody_elses_stands_on_is_left() -> None:
    engine = Engine({"base": None, "host": "base"})
    engine.stands_on["theirs"] = "base"
    engine.list = lambda filters, **_: [SimpleNamespace(id=n) for n in engine.stands_on if n != "theirs"]  # type: ignore[method-assign]
    assert down.remove_images(engine) == 1  # type: ignore[arg-type]
    assert set(engine.stands_on) == {"base", "theirs"}


def test_another_lab_keeps_the_images(capsys: Any) -> None:
    engine = Engine({"base": None}, owners=["echodiary", "echodiary-bench"])
    down._images(engine, read({}, Path("/somewhere")), Progress(), False)  # type: ignore[arg-type]
    assert engine.stands_on == {"base": None}
    assert "echodiary-bench" in capsys.readouterr().out
