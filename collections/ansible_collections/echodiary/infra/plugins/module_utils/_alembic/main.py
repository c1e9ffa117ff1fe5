# SPDX-License-Identifier: GPL-3.0-or-later
"""The entry on the host: one or more requests in, an answer for each out. What leaves the host is masked here."""

from __future__ import annotations

import json
import os
import shutil
import time
from typing import TYPE_CHECKING

from .._host import answers, masking
from . import env_file, launch, process
from .errors import AlembicError

if TYPE_CHECKING:
    from .._inside import shapes as inside
    from . import shapes


def run(manifest: shapes.Manifest) -> shapes.Said:
    """Stops at the first that fails."""
    said: list[inside.Answer] = []
    try:
        said.extend(_one(one, manifest) for one in manifest["runs"])
    except (AlembicError, OSError) as error:
        return {"answers": said, "failed": True, "msg": str(error)}
    return {"answers": said, "failed": False}


def _one(one: shapes.Run, manifest: shapes.Manifest) -> inside.Answer:
    began = time.monotonic()
    place, given = one["place"], dict(one["environment"])
    from_file = env_file.read(place["env_file"]) if place["env_file"] else {}
    login = one.get("login")
    hidden = masking.find({**from_file, **given, **({"PASSWORD": login["password"]} if login else {})})
    started = launch.container(place, _name()) if place["image"] else launch.environment(place)
    base = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH") if name in os.environ}
    # A container gets its file from Docker; in a virtual environment there is nobody else to read it.
    environment = base if place["image"] else {**base, **from_file}
    document: inside.Document = {
        "loader": manifest["loader"],
        "sources": manifest["sources"],
        "environment": given,
        "request": one["request"],
    }
    if login:
        document["login"] = login
    if place["image"] and not shutil.which("docker"):
        raise AlembicError("docker is not installed on this host; converge the role docker first, or name a 'virtualenv'")
    try:
        ended = process.run(started, json.dumps(document).encode(), environment, one["timeout"])
    except AlembicError as error:
        raise AlembicError(masking.mask(str(error), hidden)) from None
    answer = masking.mask(_answer(ended, place), hidden, keys=False)
    answer["seconds"] = round(time.monotonic() - began, 3)
    return answer


def _name() -> str:
    return f"echodiary-alembic-{os.getpid()}-{os.urandom(3).hex()}"


def _answer(ended: process.Ended, place: shapes.Place) -> inside.Answer:
    answer: inside.Answer | None = answers.found(ended.output)
    if answer is not None:
        return answer
    what = place["image"] or place["virtualenv"]
    said = " / ".join((ended.errors or ended.output).strip().splitlines()[-3:])[-600:] or "nothing"
    raise AlembicError(f"{what}: ended with {ended.code} before it could answer: {said}; {_advice(said, place)}")


def _advice(said: str, place: shapes.Place) -> str:
    if "ModuleNotFoundError" in said or "No module named" in said:
        return "Alembic has to be installed beside the release's code"
    if "No such image" in said or "Unable to find image" in said or "manifest" in said:
        return "pull the image onto this host first, or correct its name"
    if "executable file not found" in said or "no such file or directory" in said:
        return (
            f"there is no '{place['python'] or 'python'}' in it, which migrate without command needs (docs/contract.md, schema): "
            "install it and Alembic in the image, or say migrate: {command: […]} in the component's release, or leave migrate out; "
            "option 'python' names another interpreter"
        )
    return "run it by hand to see more"
