# SPDX-License-Identifier: GPL-3.0-or-later
"""Templates are compiled once, not once per host. Jinja compiles a file for longer than it renders it, and Ansible renders for every host
in a fork of its own: what was compiled before is there in all of them.

ansible-core offers no public way. Where its insides are not as they are known here, every fork compiles for itself, as without this file.
"""

from __future__ import annotations

import contextlib
import os
from types import CodeType
from typing import Any

from ansible.template import Templar

from . import contents
from . import source as sources

try:
    from ansible._internal._templating._jinja_bits import AnsibleEnvironment, _TemplateCompileContext
except ImportError:
    AnsibleEnvironment = None

#: what ansible.builtin.template does by default
FILE_OPTIONS: dict[str, Any] = {"escape_backslashes": False, "overrides": {"trim_blocks": True}}

#: (text, are backslashes doubled) -> what Jinja makes of it
_compiled: dict[tuple[str, bool], CodeType] = {}

#: filters and tests that a template has named
_found: dict[str, Any] = {}

if AnsibleEnvironment:

    class _Environment(AnsibleEnvironment):  # type: ignore[misc]
        """Ansible's own, with a memory. What has a name (an include) or options of its own (a header line) is left alone."""

        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            # A filter is looked for on disk: once, and not for every component of every host.
            for kind in ("filters", "tests"):
                setattr(self, kind, _found.setdefault(kind, getattr(self, kind)))

        def compile(self, source: Any, name: Any = None, filename: Any = None, raw: bool = False, defer_init: bool = False) -> Any:
            context = _TemplateCompileContext.current(optional=True)
            if not isinstance(source, str) or name or filename or raw or defer_init or self.overlayed or context is None:
                return super().compile(source, name, filename, raw, defer_init)
            key = str(source), context.escape_backslashes
            if key not in _compiled:
                _compiled[key] = super().compile(source)
            return _compiled[key]


def scoped(templar: Templar, variables: dict[str, Any], searchpath: list[str] | None = None) -> Templar:
    """A templar with these variables; ``searchpath`` is where includes are looked for."""
    if AnsibleEnvironment is None:
        return templar.copy_with_new_env(available_variables=variables, searchpath=searchpath)
    made = templar.copy_with_new_env(available_variables=variables)
    environment = _Environment(ansible_basedir=made.basedir)
    if searchpath:
        environment.loader.searchpath = searchpath
    made._engine._environment = environment
    return made


def digest_long(source: sources.Source) -> None:
    """Ahead of the forks, too: the digests of what is too long to be sent with every call."""
    for relative in sources.tree_files(source):
        path = os.path.join(source.tree, relative)
        if not relative.endswith(".j2") and os.path.getsize(path) > contents.LONGEST_INLINE:
            with open(path, "rb") as handle:
                contents.of_file(handle)


def compile_tree(source: sources.Source, templar: Templar) -> None:
    """Ahead of the forks. Nothing is rendered, and what is wrong with a template is told by whoever renders it."""
    if AnsibleEnvironment is None:
        return
    environment = scoped(templar, {})._engine.environment
    for relative in sources.tree_files(source):
        if relative.endswith(".j2"):
            with open(os.path.join(source.tree, relative), encoding="utf-8", errors="replace") as handle:
                text = handle.read()
            with contextlib.suppress(Exception), _TemplateCompileContext(escape_backslashes=FILE_OPTIONS["escape_backslashes"]):
                environment.compile(text)
