# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds a component (a role with a component.yml) and reads its files. No templating here."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from ansible.errors import AnsibleError
from ansible.parsing.dataloader import DataLoader
from ansible.utils.collection_loader._collection_finder import _get_collection_path

from .._common.errors import SpecError
from . import places

HOME_COLLECTION = "echodiary.infra"


class Source(NamedTuple):
    """A component as it lies on the controller's disk; values in ``defaults`` and ``spec`` are still templates."""

    name: str
    path: str
    defaults: dict[str, Any]
    argument_spec: dict[str, Any]
    spec: dict[str, Any]
    #: variables of earlier versions -> what takes their place
    gone: dict[str, str] = {}  # noqa: RUF012 - never changed

    @property
    def tree(self) -> str:
        return os.path.join(self.path, "tree")


def find(name: str, playbook_dir: str) -> str:
    """The role's directory: ``namespace.collection.role``, else one of the user's own, else of this collection."""
    collection, _, role = name.rpartition(".")
    candidates = [] if collection else [os.path.join(place, name) for place in places.roles(playbook_dir)]
    with contextlib.suppress(ValueError):
        candidates.append(os.path.join(_get_collection_path(collection or HOME_COLLECTION), "roles", role))
    for candidate in candidates:
        if os.path.isfile(os.path.join(candidate, "component.yml")):
            return candidate
    looked = ", ".join(candidates) or f"a collection '{collection}', which is not installed"
    known = ", ".join(_known(os.path.dirname(candidate) for candidate in candidates))
    raise SpecError(f"unknown component '{name}': no component.yml in {looked}; name one of the roles ({known}) or add the role")


def _known(directories: Iterable[str]) -> list[str]:
    """Every component there is to choose from."""
    return sorted({path.parent.name for directory in directories for path in Path(directory).glob("*/component.yml")})


def load(name: str, playbook_dir: str, loader: DataLoader) -> Source:
    path = find(name, playbook_dir)
    specs = read(loader, os.path.join(path, "meta", "argument_specs.yml")).get("argument_specs") or {}
    return Source(
        name=name.rpartition(".")[2],
        path=path,
        defaults=read(loader, os.path.join(path, "defaults", "main.yml")),
        argument_spec=(specs.get("main") or {}).get("options") or {},
        spec=read(loader, os.path.join(path, "component.yml")),
        gone=read(loader, os.path.join(path, "meta", "gone.yml")),
    )


def read(loader: DataLoader, path: str) -> dict[str, Any]:
    if not os.path.exists(path):
        return {}
    try:
        return loader.load_from_file(path, cache="all", unsafe=True, trusted_as_template=True) or {}
    except AnsibleError as error:
        raise SpecError(f"{error.obj or path}: {' '.join(str(error.message).split())}") from error


def tree_files(source: Source) -> list[str]:
    """Paths below tree/, relative, without bytecode; a link that leads out of the tree is refused."""
    found = []
    for directory, below, names in os.walk(source.tree):
        # appears where a test or a linter imports a script of the tree; git does not know it, so no check of a commit would
        below[:] = [name for name in below if name != "__pycache__"]
        for name in below:
            path = os.path.join(directory, name)
            if os.path.islink(path):
                where = os.path.relpath(path, source.path)
                raise SpecError(f"{source.name}: {where} leads out of the tree or twice into it; put the directory itself there")
        for name in names:
            path = os.path.join(directory, name)
            if os.path.islink(path) and not os.path.realpath(path).startswith(os.path.realpath(source.tree) + os.sep):
                raise SpecError(f"{source.name}: {os.path.relpath(path, source.path)} leads out of the tree; put the file itself there")
            found.append(os.path.relpath(path, source.tree))
    return sorted(found)
