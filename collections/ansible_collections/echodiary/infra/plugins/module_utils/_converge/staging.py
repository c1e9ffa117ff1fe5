# SPDX-License-Identifier: GPL-3.0-or-later
"""The staging mirror: the component's files as they would be, below one private directory in memory, for validators to read."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator
from typing import TYPE_CHECKING

from .._host import docker
from .._host.run import run, tail
from .._kinds import model

if TYPE_CHECKING:
    from .._kinds import documents

BASE = "/run"
#: of a validator's words that are told: promtool says of every good file that it is good, and what is wrong stands among that
LINES = 60
_NAMED = re.compile(r"\{staging\}([^\s'\";]*)")


def validate(validators: list[documents.ValidatorSpec], files: dict[str, model.File], lenient: bool) -> list[str]:
    """Run every validator; the first that rejects raises with its own words. Returns notes.

    ``lenient`` (check mode): a validator that an earlier part of the same run would install is noted instead of run.
    """
    if not validators:
        return []
    with mirror(files) as root:
        notes = [_validate(validator, root, lenient) for validator in validators]
    return [note for note in notes if note]


@contextlib.contextmanager
def mirror(files: dict[str, model.File]) -> Iterator[str]:
    """``files`` below a directory that only root can look into, and that does not stay."""
    root = tempfile.mkdtemp(prefix="echodiary-staging-", dir=BASE if os.access(BASE, os.W_OK) else None)
    try:
        build(root, files)
        yield root
    finally:
        shutil.rmtree(root, ignore_errors=True)


def build(root: str, files: dict[str, model.File]) -> None:
    for path, file in files.items():
        target = root + path
        os.makedirs(os.path.dirname(target), mode=0o755, exist_ok=True)
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as handle:
            file.pour(handle)
        os.chown(target, file.uid, file.gid)
        os.chmod(target, file.mode)


def _validate(validator: documents.ValidatorSpec, root: str, lenient: bool) -> str:
    program = validator["command"][0]
    absent = _absent(validator)
    if absent and lenient:
        return f"not validated by {program} yet: {absent}"
    if absent:
        raise model.ConvergeError(f"validator {program} cannot run: {absent}; declare the package that brings it")
    code, said = _ask(validator, root)
    if code != 0:
        raise model.ConvergeError(f"{program} rejects the new configuration ({code}), nothing was touched: {said}")
    return ""


def _ask(validator: documents.ValidatorSpec, root: str) -> tuple[int, str]:
    done = run(_command(validator, root), timeout=float(validator.get("timeout", 60)))
    return done.code, tail(done.output, LINES).replace(root, "")


def refusal(validators: list[documents.ValidatorSpec], paths: list[str]) -> str:
    """What a validator has against ``paths`` as they are on the host; empty when none objects, or none can tell."""
    files = as_they_are(paths)
    judges = [validator for validator in validators if _can_judge(validator, files)]
    if not judges:
        return ""
    with mirror(files) as root:
        for validator in judges:
            code, said = _ask(validator, root)
            if code != 0:
                return f"{validator['command'][0]} rejects them ({code}): {said}"
    return ""


def as_they_are(paths: list[str]) -> dict[str, model.File]:
    """What can be read of them; what is no file, or not there, a validator finds missing as the program itself would."""
    found = {}
    for path in paths:
        with contextlib.suppress(OSError), open(path, "rb") as handle:
            info = os.fstat(handle.fileno())
            found[path] = model.File(handle.read(), stat.S_IMODE(info.st_mode), info.st_uid, info.st_gid)
    return found


def _can_judge(validator: documents.ValidatorSpec, files: dict[str, model.File]) -> bool:
    """Is it there, and is there something for it to read? A program without a configuration of ours runs on its own."""
    words = [*validator["command"], *validator.get("environment", {}).values()]
    named = [*_NAMED.findall(" ".join(words)), *(validator.get("mounts") or [])]
    return not _absent(validator) and all(any(f"{path}/".startswith(f"{name}/") for path in files) for name in named)


def _absent(validator: documents.ValidatorSpec) -> str:
    image = validator.get("image")
    if not image:
        return "" if shutil.which(validator["command"][0]) else "it is not installed here"
    if not docker.running():
        return "Docker does not run here"
    return "" if docker.image_id(image) else f"image {image} is not on this host"


def _command(validator: documents.ValidatorSpec, root: str) -> list[str]:
    words = [word.replace("{staging}", root) for word in validator["command"]]
    given = [f"{name}={value}".replace("{staging}", root) for name, value in validator.get("environment", {}).items()]
    if not validator.get("image"):
        return ["env", *given, *words] if given else words
    mounts = [word for path in validator.get("mounts", []) for word in ("-v", f"{root}{path}:{path}:ro")]
    # as root inside: the mirror has the files' own owners, and a validator only reads
    sandbox = ["docker", "run", "--rm", "--network", "none", "--user", "0", "--pids-limit", "512", "--label", "echodiary.validate=1"]
    mounts += [word for one in given for word in ("-e", one)]
    return [*sandbox, *mounts, "--entrypoint", words[0], validator["image"], *words[1:]]
