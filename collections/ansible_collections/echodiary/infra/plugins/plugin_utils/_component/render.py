# SPDX-License-Identifier: GPL-3.0-or-later
"""Renders a component for one host: variables, spec, tree. Errors name the file and the line."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from ansible.errors import AnsibleError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.template import Templar, trust_as_template

from ...module_utils._host import masking
from .._arguments import given
from .._common.errors import SpecError
from . import contents as content_of
from . import source as sources
from . import templates

if TYPE_CHECKING:
    from .._calls.variables import TaskVars

#: of component.yml, what hosts are not converged by: whoever asks for it has read the secrets that it needs
LATER = frozenset({"database", "reaches"})
_WHERE = "see {}/meta/argument_specs.yml and set it in the inventory"


def variables(source: sources.Source, task_vars: TaskVars, templar: Templar, known: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The component's defaults below everything the play knows, checked against its argument_specs, and of the types those declare.

    ``known``: what is ours to tell, above all of it.
    """
    _refuse_gone(source, task_vars)
    merged: dict[str, Any] = {**source.defaults, **task_vars, **(known or {}), "component_name": source.name}
    # What is text becomes its type before others are rendered that ask for it, and what is rendered to a text after that.
    merged.update(typed(source, merged))
    rendered = _rendered_arguments(source, merged, templar)
    final = typed(source, rendered)
    _check_arguments(source, {**rendered, **final})
    return {**merged, **final}


def _refuse_gone(source: sources.Source, task_vars: Mapping[str, Any]) -> None:
    """A threshold or a target that nothing reads any more would be missed only when it was needed."""
    found = "; ".join(f"{name} is now {source.gone[name]}" for name in sorted(source.gone.keys() & task_vars.keys()))
    if found:
        raise SpecError(f"{source.name}: the inventory sets variables that are gone: {found}; move them, then again")


def typed(source: sources.Source, values: dict[str, Any]) -> dict[str, Any]:
    """Of the values that are declared, those that were given as another type than they have."""
    done = given.conversions(values, source.argument_spec)
    if done.problems:
        raise SpecError(f"{source.name}: {'; '.join(done.problems)}; {_WHERE.format(source.name)}")
    return done.values


def _rendered_arguments(source: sources.Source, merged: dict[str, Any], templar: Templar) -> dict[str, Any]:
    scoped = templates.scoped(templar, merged)
    rendered = {}
    for name in source.argument_spec:
        if name in merged:
            rendered[name] = template(scoped, merged[name], f"{source.name}: variable '{name}'")
    return rendered


def _check_arguments(source: sources.Source, values: dict[str, Any]) -> None:
    result = ArgumentSpecValidator(source.argument_spec).validate(values)
    if result.error_messages:
        hidden = [str(values[name]) for name, option in source.argument_spec.items() if option.get("no_log") and name in values]
        first = masking.mask("; ".join(result.error_messages), hidden)
        raise SpecError(f"{source.name}: {first}; {_WHERE.format(source.name)}")


def spec(source: sources.Source, available: dict[str, Any], templar: Templar) -> dict[str, Any]:
    scoped = templates.scoped(templar, available)
    now = {key: value for key, value in source.spec.items() if key not in LATER}
    rendered: dict[str, Any] = template(scoped, now, f"{source.name}/component.yml")
    return rendered


def tree(source: sources.Source, available: dict[str, Any], templar: Templar) -> dict[str, Any]:
    """Absolute path on the host -> content (text, {"b64": …}, or Long). ``*.j2`` is rendered, the suffix dropped.

    A template that renders to nothing stands for a file that is not wanted here: its content is None.
    """
    # one templating environment for all files of a component: making one costs more than rendering most files
    included = [source.tree, os.path.join(source.path, "templates")]
    reading = Reading(templates.scoped(templar, available, included), source.tree, f"{source.name}/tree", included)
    return {f"/{name}": content for name, content in map(reading.content, sources.tree_files(source))}


class Reading(NamedTuple):
    """Files of one directory, which people are told of as ``where``; templates may include what ``included`` has."""

    templar: Templar
    directory: str
    where: str
    included: list[str]

    def content(self, relative: str) -> tuple[str, Any]:
        """The name, without ``.j2``, and what is sent."""
        with open(os.path.join(self.directory, relative), "rb") as handle:
            long = None if relative.endswith(".j2") else content_of.of_file(handle)
            raw = b"" if long else handle.read()
        if not relative.endswith(".j2"):
            return relative, long or content_of.transportable(raw)
        where = f"{self.where}/{relative}"
        text = _render_file(self.templar, where, _template_text(where, raw), self.included)
        return relative[:-3], content_of.of_text(text) if text.strip() else None


def _template_text(where: str, raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        said = f"byte 0x{raw[error.start]:02x} is not UTF-8, which a template has to be"
        raise SpecError(f"{where} line {line}: {said}; save it as UTF-8, or drop .j2 from its name if it is no template") from error


def _render_file(templar: Templar, where: str, text: str, included: list[str]) -> str:
    try:
        rendered = template(templar, trust_as_template(text), where, **templates.FILE_OPTIONS)
    except SpecError as error:
        _blame_included(error, where, included)
        raise
    return "" if rendered is None else str(rendered)


def _blame_included(error: SpecError, where: str, included: list[str]) -> None:
    """A decoding error knows the bytes and not the file: the template that has them is the one to be named."""
    raw = _undecodable(error)
    for directory in included if raw else []:
        for parent, _, names in os.walk(directory):
            for name in names:
                path = os.path.join(parent, name)
                with open(path, "rb") as handle:
                    if handle.read() == raw:
                        _template_text(f"{where} includes {os.path.relpath(path, os.path.dirname(directory))}:", raw)


def _undecodable(error: BaseException) -> bytes:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, UnicodeDecodeError):
            return cause.object
        cause = cause.__cause__ or cause.__context__
    return b""


def template(templar: Templar, value: Any, where: str, **options: Any) -> Any:
    """One templating call with an error people can act on; the result holds plain values only."""
    try:
        return plain(templar.template(value, **options))
    except AnsibleError as error:
        said = _one_line(error)
        raise SpecError(f"{where}{_line_of(error) or _line_in(value, said)}: {said}") from error


def plain(value: Any) -> Any:
    """Containers of the templating engine are lazy; what is sent away has to be evaluated here, where errors have a place."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


def _line_of(error: BaseException) -> str:
    """The innermost template line that the error or one of its causes knows."""
    current: BaseException | None = error
    while current is not None:
        line = getattr(current, "lineno", None)
        if line:
            return f" line {line}"
        frame = current.__traceback__
        found = None
        while frame is not None:
            if frame.tb_frame.f_code.co_filename in ("<template>", "<unknown>"):
                found = frame.tb_lineno
            frame = frame.tb_next
        if found:
            return f" line {found}"
        current = current.__cause__ or current.__context__
    return ""


def _line_in(value: Any, said: str) -> str:
    """What is undefined is found out after rendering, when no line is known any more: the first that speaks of it then."""
    words = re.findall(r"'(\w+)'", said)
    lines = value.splitlines() if isinstance(value, str) else []
    for number, line in enumerate(lines, 1):
        if any(re.search(rf"{{[{{%].*\b{word}\b", line) for word in words):
            return f" line {number}"
    return ""


def _one_line(error: AnsibleError) -> str:
    return re.sub(r"\s+", " ", str(error.message)).strip()
