# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads a rendered Compose file on the controller, where there is a YAML parser: services, images, and which files each one reads."""

from __future__ import annotations

import hashlib
import json
import posixpath
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict

import yaml

from .._common.errors import SpecError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...module_utils._kinds.documents import Content, ProjectSpec, ServiceSpec
    from .contents import Long


class Network(TypedDict, total=False):
    name: str
    external: bool


class Shared(TypedDict, total=False):
    """What of a Compose file is no service's own."""

    networks: dict[str, Network | None]


class EnvFile(TypedDict):
    path: str


class Volume(TypedDict, total=False):
    source: str


class RestartPolicy(TypedDict, total=False):
    condition: str


class Deploy(TypedDict, total=False):
    restart_policy: RestartPolicy


class Service(TypedDict, total=False):
    """As it is written, as far as it is asked for."""

    image: str
    restart: str | bool
    deploy: Deploy
    environment: dict[str, str | float] | list[str]
    env_file: str | EnvFile | list[str | EnvFile]
    volumes: list[str | Volume]
    networks: list[str] | dict[str, Network | None]
    network_mode: str
    container_name: str
    profiles: list[str]
    depends_on: list[str] | dict[str, object]


class Asides(NamedTuple):
    """Of a Compose file, what is not converged. ``profiled``: services that are not started with the others, and the image of each;
    ``needs``: service -> those that it depends on; ``returning``: services that come back with the engine, whoever had stopped them."""

    profiled: dict[str, str]
    needs: dict[str, list[str]]
    returning: list[str]


def asides(text: str) -> Asides:
    """``text``: of a file that ``read`` has taken."""
    services: dict[str, Service] = yaml.safe_load(text)["services"]
    return Asides(
        {name: str((service or {}).get("image") or "") for name, service in services.items() if (service or {}).get("profiles")},
        {name: list((service or {}).get("depends_on") or []) for name, service in services.items()},
        [name for name, service in services.items() if _returns(service or {})],
    )


def _returns(service: Service) -> bool:
    """Of one that was stopped, Docker takes what it ended with for a failure; only ``unless-stopped`` remembers that it was told to."""
    deploy = (service.get("deploy") or {}).get("restart_policy")
    policy = str(service.get("restart") or "") if deploy is None else str(deploy.get("condition") or "any")
    return policy.partition(":")[0] in ("always", "any", "on-failure")


def read(component: str, project: str, path: str, tree: Mapping[str, Content | Long | None]) -> ProjectSpec:
    """``digest`` names a service's whole definition with the contents of its environment files: what Compose would recreate it for."""
    try:
        document = yaml.safe_load(_text(tree[path]))
    except yaml.YAMLError as error:
        raise SpecError(f"{component}: {path} is no YAML: {' '.join(str(error).split())}") from error
    services = document.get("services") if isinstance(document, dict) else None
    if not isinstance(services, dict) or not services:
        raise SpecError(f"{component}: {path} declares no services")
    shared: Any = {key: value for key, value in document.items() if key not in ("services", "name")}
    directory = posixpath.dirname(path)
    return {
        "name": project,
        "file": path,
        "services": {
            name: _service(component, path, name, service, shared, directory, tree)
            for name, service in services.items()
            if not (service or {}).get("profiles")
        },
    }


def _text(content: Content | Long | None) -> str:
    """Whoever reads it has put it there in full."""
    return content if isinstance(content, str) else ""


def _service(
    component: str, path: str, name: str, service: Service, shared: Shared, directory: str, tree: Mapping[str, Content | Long | None]
) -> ServiceSpec:
    if not isinstance(service, dict) or not service.get("image"):
        raise SpecError(f"{component}: {path}: service '{name}' needs an image; building on hosts is not supported")
    environment = {file: tree.get(file) for file in _env_files(service, directory)}
    definition = _written([service, shared, environment])
    sources = _bind_sources(service, directory)
    rebound = [source for source in sources if source in tree]
    return {
        "image": str(service["image"]),
        "digest": hashlib.sha256(definition.encode()).hexdigest()[:24],
        "oneshot": service.get("restart") in ("no", False),
        "consumes": [*rebound, *(f"{source.rstrip('/')}/**" for source in sources if source not in tree)],
        "rebound": rebound,
        "environment": _environment(service),
        "networks": _networks(service, shared),
        "container_name": str(service.get("container_name") or ""),
    }


def _written(definition: Any) -> str:
    try:
        return json.dumps(definition, sort_keys=True, default=str)
    except TypeError:  # YAML reads a key such as ON as true, and that cannot be put in order with text
        return json.dumps(_named(definition), sort_keys=True, default=str)


def _named(value: Any) -> Any:
    if isinstance(value, dict):
        return {key if isinstance(key, str) else json.dumps(key, default=str): _named(one) for key, one in value.items()}
    return [_named(one) for one in value] if isinstance(value, list) else value


def _networks(service: Service, shared: Shared) -> dict[str, str] | None:
    """Key of each network to the name it is given; empty for one that is named after the project. None: not for the project to say."""
    if service.get("network_mode"):
        return None
    declared = shared.get("networks") or {}
    names = {key: str((declared.get(key) or {}).get("name") or "") for key in service.get("networks") or ["default"]}
    external = {key: name or key for key, name in names.items() if (declared.get(key) or {}).get("external")}
    found = {**names, **external}
    return None if any("$" in name for name in found.values()) else found


def _environment(service: Service) -> dict[str, str]:
    """What the Compose file itself says; secrets are in environment files."""
    declared = service.get("environment") or {}
    if isinstance(declared, list):
        declared = dict(entry.partition("=")[::2] for entry in declared)
    return {str(name): str(value) for name, value in declared.items()}


def _env_files(service: Service, directory: str) -> list[str]:
    declared = service.get("env_file") or []
    entries = [declared] if isinstance(declared, (str, dict)) else declared
    names = [entry["path"] if isinstance(entry, dict) else entry for entry in entries]
    return [posixpath.normpath(posixpath.join(directory, name)) for name in names]


def _bind_sources(service: Service, directory: str) -> list[str]:
    """Host paths mounted into the container; named volumes have no slash."""
    sources = []
    for volume in service.get("volumes") or []:
        source = volume.get("source", "") if isinstance(volume, dict) else str(volume).split(":")[0]
        if source.startswith(("/", ".")) and source != "/":
            sources.append(posixpath.normpath(posixpath.join(directory, source)))
    return sources
