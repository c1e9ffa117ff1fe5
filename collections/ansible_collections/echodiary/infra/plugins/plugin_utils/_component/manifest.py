# SPDX-License-Identifier: GPL-3.0-or-later
"""From a rendered component to what is sent to the host: checked, defaults filled in, globs applied. Pure."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ...module_utils._host import globs
from ...module_utils._kinds import kinds
from ...module_utils._kinds.model import ALONE, ANY, ConvergeError
from ...module_utils._release import slots
from .._common.errors import SpecError
from . import compose as compose_file
from . import confine, contents, distributions, jobs, listens, release, routes, static, watch

if TYPE_CHECKING:
    from ...module_utils._kinds import documents, protocol

_POLICY = {
    "owner": {"type": "str", "default": "root"},
    "group": {"type": "str", "default": "root"},
    "mode": {"type": "str"},
    "sensitive": {"type": "bool", "default": False},
    "initial": {"type": "bool", "default": False},
}
#: of a file that is made here
_PLAIN = {"owner": "root", "group": "root", "mode": "0644", "sensitive": False}
_OWNED = {"prune": {"type": "bool", "default": False}, "ignore": {"type": "list", "elements": "str", "default": []}}
_AGE = {"file": {"type": "str", "required": True}, "hours": {"type": "float", "required": True}}
_SPEC: dict[str, Any] = {
    "secrets": {"type": "list", "elements": "str", "default": [], "no_log": True},
    **{kind.KEY: kind.SCHEMA for kind in kinds.ALL},
    "directories": {"type": "dict", "default": {}},
    "links": {"type": "dict", "default": {}},
    "files": {"type": "dict", "default": {}},
    "owned": {"type": "dict", "default": {}},
    "gathers": {"type": "dict", "default": {}},
    "compose": {"type": "str"},
    "compose_project": {"type": "str"},
    "confine": {"type": "dict", "options": confine.OPTIONS},
    "validate": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "command": {"type": "list", "elements": "str", "required": True},
            "image": {"type": "str"},
            "mounts": {"type": "list", "elements": "str", "default": []},
            "environment": {"type": "dict"},
            "timeout": {"type": "int", "default": 60},
        },
    },
    "reload": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "mutually_exclusive": [["service", "unit"], ["url", "signal"]],
        "required_one_of": [["service", "unit"]],
        "options": {
            "service": {"type": "str"},
            "unit": {"type": "str"},
            "paths": {"type": "list", "elements": "str", "required": True},
            "url": {"type": "str"},
            "signal": {"type": "str"},
        },
    },
    "health": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "url": {"type": "str", "required": True},
            "status": {"type": "int", "default": 200},
            "json": {"type": "dict", "default": {}},
            "deadline": {"type": "int", "default": 60},
            "timeout": {"type": "float", "default": 3.0},
        },
    },
    "release": {"type": "dict", "options": release.OPTIONS},
    "listens": {"type": "list", "elements": "dict", "default": [], "options": listens.OPTIONS},
    "watch": {"type": "dict", "options": watch.OPTIONS},
    "asks_edges": {"type": "bool", "default": False},
    "ages": {"type": "dict", "default": {}},
    "static": {"type": "dict"},
}


def build(name: str, spec: dict[str, Any], tree: dict[str, Any]) -> documents.ComponentSpec:
    """The manifest of one component; raises SpecError for anything it does not understand, on any of its distributions."""
    found = {distribution: _build(name, one, tree) for distribution, one in distributions.split(name, spec, tree).items()}
    manifest = cast("documents.ComponentSpec", distributions.joined(spec, found) if found else _build(name, spec, tree))
    for distribution in distributions.named([manifest]):
        _check_paths(name, *distributions.on([manifest], distribution))
    return manifest


def _build(name: str, spec: dict[str, Any], tree: dict[str, Any]) -> dict[str, Any]:
    checked = _checked(name, spec, _SPEC, "component.yml")
    tree = _confined(name, checked, tree)
    files = _files(name, checked["files"], tree)
    project = _project(name, checked, {path: content for path, content in tree.items() if content is not None})
    manifest = {
        "name": name,
        "secrets": [value for value in checked["secrets"] if value],
        **{kind.KEY: _of_kind(name, kind, checked[kind.KEY]) for kind in kinds.ALL},
        "directories": {path: _directory(name, path, policy) for path, policy in checked["directories"].items()},
        "links": {path: str(target) for path, target in checked["links"].items()},
        "files": files,
        "owned": {path: _checked(name, policy or {}, _OWNED, f"owned {path}") for path, policy in checked["owned"].items()},
        "compose": project,
        "validate": [_without_nones(entry) for entry in checked["validate"]],
        "reload": [_without_nones(entry) for entry in checked["reload"]],
        "health": checked["health"],
    }
    for kind in kinds.COMPOSED:
        _compose_parts(manifest, kind)
    _check_references(name, manifest)
    manifest["release"] = release.read(manifest, checked["release"])
    if manifest["release"] and manifest["nftables"]:
        raise SpecError(f"{name}: nftables and release cannot be in one component; give the table one of its own")
    manifest["listens"] = listens.read(name, checked["listens"], manifest["release"])
    manifest["watch"] = watch.read(name, checked["watch"])
    if checked["asks_edges"]:
        manifest["asks_edges"] = True
    if checked["static"]:
        manifest["static"] = static.place(static.read(name, checked["static"]))
    if checked["ages"]:
        manifest["ages"] = {what: _age(name, what, entry) for what, entry in checked["ages"].items()}
    return manifest


def _checked(name: str, values: Any, spec: dict[str, Any], where: str) -> dict[str, Any]:
    if not isinstance(values, dict):
        raise SpecError(f"{name}: {where} has to be a mapping, not {type(values).__name__}")
    result = ArgumentSpecValidator(spec).validate(values)
    if result.error_messages:
        raise SpecError(f"{name}: {where}: {'; '.join(result.error_messages)}")
    parameters: dict[str, Any] = result.validated_parameters
    return parameters


def _age(name: str, what: str, entry: Any) -> dict[str, Any]:
    checked = _checked(name, entry, _AGE, f"ages {what}")
    if not posixpath.isabs(checked["file"]) or checked["hours"] <= 0:
        raise SpecError(f"{name}: ages {what}: needs the absolute path of a file, and more than 0 hours; correct component.yml")
    return checked


def _of_kind(name: str, kind: protocol.AnyNamed, given: Any) -> Any:
    if kind.ENTRY:
        given = {key: _checked(name, entry or {}, dict(kind.ENTRY), f"{kind.KEY} {key}") for key, entry in given.items()}
    try:
        return kind.checked(given)
    except ConvergeError as error:
        raise SpecError(f"{name}: {error}") from error


def _compose_parts(manifest: dict[str, Any], kind: protocol.Composed[Any, Any]) -> None:
    """What it is made of joins what is declared as such: one transaction, one way back."""
    for name, parts in kind.parts(manifest[kind.KEY]).items():
        taken = [*(parts.files.keys() & manifest["files"].keys()), *(parts.units.keys() & manifest["units"].keys())]
        if taken:
            raise SpecError(f"{manifest['name']}: {kind.KEY} {name} makes {min(taken)}, which is declared as well; keep one of them")
        manifest["files"].update({path: {"content": text, **_PLAIN} for path, text in parts.files.items()})
        manifest["units"].update(parts.units)
        manifest["validate"] += parts.validate


def _without_nones(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}


def _files(name: str, policies: dict[str, Any], tree: dict[str, Any]) -> dict[str, dict[str, Any]]:
    checked = {pattern: _checked_policy(name, policy, f"files {pattern}") for pattern, policy in policies.items()}
    for pattern in checked:
        if not any(globs.matches(path, pattern) for path in tree):
            raise SpecError(f"{name}: files {pattern} matches nothing in the tree; correct the pattern or add the file")
    policy = {path: _policy(name, path, policies, checked) for path, content in tree.items() if content is not None}
    return {path: {"content": _content(tree[path], one["sensitive"]), **one} for path, one in policy.items()}


def _content(content: Any, sensitive: bool) -> Any:
    """What is long is named by its digest; of what is sensitive nothing leaves that was not made with a key."""
    return contents.inline(content) if sensitive else contents.named(content)


def _checked_policy(name: str, policy: Any, where: str) -> dict[str, Any]:
    checked = _checked(name, policy or {}, _POLICY, where)
    mode = (policy or {}).get("mode")
    # unquoted, YAML reads 0640 as the number 416: a wrong mode, silently
    if mode is not None and not (isinstance(mode, str) and re.fullmatch("[0-7]{3,4}", mode)):
        raise SpecError(f"{name}: {where}: mode {mode!r} has to be a quoted string of octal digits such as '0644'")
    return checked


def _policy(name: str, path: str, given: dict[str, Any], checked: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Later patterns win field by field; only what was written counts, so a later pattern need not repeat the owner."""
    policy = {"owner": "root", "group": "root", "mode": None, "sensitive": False}
    for pattern, values in checked.items():
        if globs.matches(path, pattern):
            policy.update({field: values[field] for field in (given[pattern] or {})})
    policy["mode"] = policy["mode"] or ("0600" if policy["sensitive"] else "0644")
    if policy["sensitive"] and int(str(policy["mode"]), 8) & 0o007:
        raise SpecError(f"{name}: {path} is sensitive, yet mode {policy['mode']} lets everybody read it; use 0600, 0400 or 0640")
    return policy


def _directory(name: str, path: str, policy: Any) -> dict[str, Any]:
    checked = _checked_policy(name, policy, f"directories {path}")
    return {"owner": checked["owner"], "group": checked["group"], "mode": checked["mode"] or "0755"}


def _project(name: str, checked: dict[str, Any], tree: dict[str, Any]) -> documents.ProjectSpec | None:
    path = checked["compose"]
    if not path:
        return None
    if path not in tree:
        raise SpecError(f"{name}: compose names {path}, which is not in the tree; add tree{path} or correct the path")
    tree = {**{file: contents.named(content) for file, content in tree.items()}, path: contents.inline(tree[path])}
    if not isinstance(tree[path], str):
        raise SpecError(f"{name}: {path} is not UTF-8, which a Compose file has to be; save tree{path} as UTF-8")
    return compose_file.read(name, checked["compose_project"] or name.replace("_", "-"), path, tree)


def _confined(name: str, checked: dict[str, Any], tree: dict[str, Any]) -> dict[str, Any]:
    """With what its Compose file leaves unsaid."""
    wanted, path = checked["confine"], checked["compose"]
    if wanted is None:
        return tree
    confine.check(name, wanted)
    if not path:
        raise SpecError(f"{name}: confine is about containers, and no Compose file is declared; name it as compose, or leave confine out")
    text = contents.inline(tree[path]) if tree.get(path) is not None else None
    return {**tree, path: confine.applied(text, wanted)} if isinstance(text, str) else tree


def _check_paths(name: str, manifest: documents.ComponentSpec) -> None:
    for path in [*manifest["files"], *manifest["directories"], *manifest["links"], *manifest["owned"]]:
        _check_path(name, path)
    declared = [*manifest["files"], *manifest["directories"], *manifest["links"]]
    twice = sorted({path for path in declared if declared.count(path) > 1})
    if twice:
        raise SpecError(f"{name}: {twice[0]} is declared twice, as a file, a directory or a link; keep one of them")


def _check_path(name: str, path: str) -> None:
    if not path.startswith("/") or path.startswith("//") or posixpath.normpath(path) != path or path == "/":
        raise SpecError(f"{name}: path '{path}' has to be absolute and plain (no '..', no trailing '/')")


def _check_references(name: str, manifest: dict[str, Any]) -> None:
    services = manifest["compose"]["services"] if manifest["compose"] else {}
    for entry in manifest["reload"]:
        if entry.get("service", next(iter(services), "")) not in services and "service" in entry:
            raise SpecError(f"{name}: reload names service '{entry['service']}', which the Compose file does not have")
        if "unit" in entry and entry["unit"] not in manifest["units"]:
            raise SpecError(f"{name}: reload names unit '{entry['unit']}', which is not among its units")
        if "service" in entry and not (entry.get("url") or entry.get("signal")):
            raise SpecError(f"{name}: reload of service '{entry['service']}' needs a url or a signal")
    for path in manifest["nftables"]:
        if path not in manifest["files"]:
            raise SpecError(f"{name}: nftables names {path}, which is not in the tree; add tree{path} or correct the path")


def check_claims(manifests: list[documents.ComponentSpec]) -> None:
    """SpecError for two components that cannot be on one host together, whatever distribution that has."""
    for distribution in distributions.named(manifests):
        _check_claims(distributions.on(manifests, distribution))
    names = [manifest["name"] for manifest in manifests]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise SpecError(f"component {twice[0]} is listed twice; list it once")
    listens.check_clashes(manifests)
    routes.refuse_clashes([_route(one["name"], rolled) for one in manifests if (rolled := one.get("release")) and slots.are_asked(rolled)])


def _check_claims(manifests: list[documents.ComponentSpec]) -> None:
    """Two that both declare a path, unit or project would fight for it on every run."""
    claimed: dict[str, tuple[str, Any]] = {}
    for manifest in manifests:
        for claim, shared in _claims(manifest):
            owner, agreed = claimed.setdefault(claim, (manifest["name"], shared))
            if owner != manifest["name"] and (shared is None or shared != agreed):
                raise SpecError(f"{claim} is claimed by two components, {owner} and {manifest['name']}; leave it to one of them")


def _route(name: str, rolled: documents.ReleaseSpec) -> routes.Route:
    return routes.Route(name, rolled["haproxy"]["backend"], tuple(rolled["hosts"]), rolled["path"])


def _claims(manifest: documents.ComponentSpec) -> list[tuple[str, Any]]:
    """What a component wants for itself (None), or would share with others that want the very same."""
    project = [f"Compose project {manifest['compose']['name']}"] if manifest["compose"] else []
    return [
        # the whole before its parts: people know it by that name
        *(claim for kind in kinds.COMPOSED for claim in _claims_of(kind, kinds.declared(manifest, kind))),
        *((claim, None) for claim in jobs.claims(manifest.get("release"))),
        *((claim, None) for claim in [*manifest["files"], *manifest["links"], *project]),
        *manifest["directories"].items(),
        *(claim for kind in kinds.KINDS for claim in _claims_of(kind, kinds.declared(manifest, kind))),
    ]


def _claims_of(kind: protocol.AnyNamed, declared: Any) -> list[tuple[str, Any]]:
    if kind.SHARED == ANY:
        return []
    return [(f"{kind.NAME} {name}", None if kind.SHARED == ALONE else one) for name, one in kind.entries(declared).items()]


class Claimed(NamedTuple):
    """What a run declares, paths and other resources by kind and name: everywhere, and by distribution what it does there besides."""

    everywhere: list[str]
    on: dict[str, list[str]]


def claimed(manifests: list[documents.ComponentSpec]) -> Claimed:
    found = {name: _claimed(distributions.on(manifests, name)) for name in distributions.named(manifests)}
    everywhere = set.intersection(*found.values()) if found else set()
    return Claimed(sorted(everywhere), {name: sorted(own) for name, one in found.items() if (own := one - everywhere)})


def _claimed(manifests: list[documents.ComponentSpec]) -> set[str]:
    paths = {path for spec in manifests for path in [*spec["files"], *spec["links"], *spec["directories"]]}
    return paths.union(*(kinds.values(spec) for spec in manifests), *(jobs.claimed(spec.get("release")) for spec in manifests))
