# SPDX-License-Identifier: GPL-3.0-or-later
"""What every role must have, and that its defaults and its argument specification say the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.lint.yaml_files import load

FILES = (
    "README.md",
    "component.yml",
    "defaults/main.yml",
    "meta/argument_specs.yml",
    "meta/main.yml",
    "tasks/main.yml",
)
#: Roles that change what runs and declare nothing: no component, no scenario. Playbooks use them, and they are tested end to end.
WORKFLOWS = frozenset({"deploy"})
#: What only a role has that declares something on a host.
_DECLARES = ("component.yml", "tree", "handlers")
_TYPES: dict[str, tuple[type, ...]] = {
    "bool": (bool,),
    "dict": (dict,),
    "float": (float, int),
    "int": (int,),
    "list": (list,),
    "path": (str,),
    "raw": (object,),
    "str": (str,),
}


def roles(collection: Path) -> list[Path]:
    return sorted(path for path in (collection / "roles").iterdir() if path.is_dir())


def missing_files(role: Path, scenarios: Path) -> list[str]:
    """The files a component is made of, and its molecule scenario."""
    problems = [f"{role.name}: has no {name}" for name in FILES if not (role / name).is_file()]
    if not (scenarios / role.name / "molecule.yml").is_file():
        problems.append(f"{role.name}: has no scenario molecule/{role.name}/molecule.yml")
    return problems


def workflow_problems(role: Path, playbooks: Path) -> list[str]:
    """What a workflow lacks, and whatever shows that it is a component after all."""
    needed = [name for name in FILES if name != "component.yml"]
    problems = [f"{role.name}: has no {name}" for name in needed if not (role / name).is_file()]
    problems += [f"{role.name}: has {name}, so it is no workflow but a component" for name in _DECLARES if (role / name).exists()]
    if any(_converges_itself(path, role.name) for path in sorted((role / "tasks").glob("*.yml"))):
        problems.append(f"{role.name}: converges itself, so it is no workflow but a component")
    if not any(f"echodiary.infra.{role.name}" in path.read_text(encoding="utf-8") for path in sorted(playbooks.glob("*.yml"))):
        problems.append(f"{role.name}: is used by no playbook, so nothing tests it")
    return problems


def _converges_itself(tasks: Path, name: str) -> bool:
    listed = [(task.get("echodiary.infra.converge") or {}).get("components") for task in _all_tasks(load(tasks) or [])]
    return any(name in components for components in listed if isinstance(components, list))


def _all_tasks(tasks: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for task in tasks:
        yield task
        for part in ("block", "rescue", "always"):
            yield from _all_tasks(task.get(part) or [])


def unknown_workflows(known: list[Path]) -> list[str]:
    """Names in WORKFLOWS that are no role (any more): one day a component could get such a name."""
    return sorted(WORKFLOWS - {role.name for role in known})


def variable_problems(role: Path) -> list[str]:
    """Where defaults/main.yml and meta/argument_specs.yml disagree, and names without the role's prefix."""
    defaults = load(role / "defaults/main.yml") or {}
    entries = (load(role / "meta/argument_specs.yml") or {}).get("argument_specs", {})
    options = {name: option for entry in entries.values() for name, option in (entry.get("options") or {}).items()}
    return [f"{role.name}: {problem}" for problem in _variable_problems(role.name, defaults, options)]


def _variable_problems(role: str, defaults: Mapping[str, Any], options: Mapping[str, Any]) -> Iterator[str]:
    for name in sorted({*defaults, *options}):
        if not name.startswith(f"{role}_"):
            yield f"{name} does not start with {role}_"
    for name in sorted({*defaults} - {*options}):
        yield f"{name} has a default but is not in argument_specs"
    for name, option in options.items():
        yield from _option_problems(name, option)
        if name not in defaults and not option.get("required"):
            yield f"{name} is optional in argument_specs but has no default"
        if name in defaults and option.get("required"):
            yield f"{name} is required in argument_specs but has a default"
        if name in defaults:
            yield from _value_problems(name, defaults[name], option)
        if "default" in option and option["default"] != defaults.get(name):
            yield f"{name} has another default in argument_specs than in defaults/main.yml"


def _option_problems(name: str, option: Mapping[str, Any]) -> Iterator[str]:
    if option.get("type") not in _TYPES:
        yield f"{name} has no type in argument_specs that is one of {', '.join(_TYPES)}"
    if option.get("type") == "list" and option.get("elements") not in _TYPES:
        yield f"{name} is a list without elements in argument_specs"
    if not option.get("description"):
        yield f"{name} has no description in argument_specs"


def _value_problems(name: str, value: Any, option: Mapping[str, Any]) -> Iterator[str]:
    # A template's value is known when it runs, and Ansible checks it then.
    if value is None or (isinstance(value, str) and "{{" in value):
        return
    kind = option.get("type", "str")
    if not _is_a(value, kind):
        yield f"{name}: {value!r} is not of type {kind}"
        return
    if option.get("choices") and kind != "list" and value not in option["choices"]:
        yield f"{name}: {value!r} is not one of {option['choices']}"
    if kind == "list":
        for number, element in enumerate(value):
            yield from _value_problems(f"{name}[{number}]", element, {**option, "type": option.get("elements", "str")})
    if kind == "dict" and option.get("options"):
        yield from _nested_problems(name, value, option["options"])


def _nested_problems(name: str, value: Mapping[str, Any], options: Mapping[str, Any]) -> Iterator[str]:
    for key in value.keys() - options.keys():
        yield f"{name}.{key} is not in argument_specs"
    for key, option in options.items():
        if key in value:
            yield from _value_problems(f"{name}.{key}", value[key], option)
        elif option.get("required"):
            yield f"{name}.{key} is required in argument_specs"


def _is_a(value: Any, kind: str) -> bool:
    if isinstance(value, bool) and kind in ("int", "float"):
        return False
    return isinstance(value, _TYPES.get(kind, (object,)))
