# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What PostgreSQL's configuration files say. The thinking is in plugin_utils/_postgres."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ..plugin_utils._common.errors import SpecError
from ..plugin_utils._component.render import plain
from ..plugin_utils._postgres import settings

#: the name that a host knows the repository by
_REPOSITORY = "postgresql"


def postgres_start(given: settings.Start, more: Mapping[str, settings.Value]) -> str:
    return _text(settings.start, given, more)


def postgres_run(given: settings.Run, more: Mapping[str, settings.Value]) -> str:
    return _text(settings.run, given, more)


def postgres_repositories(uri: str, key: str, suite: str) -> dict[str, dict[str, Any]]:
    return {_REPOSITORY: {"uri": uri, "suite": f"{suite}-pgdg", "components": ["main"], "key": key}} if uri else {}


def _text(what: Callable[..., settings.Settings], given: Mapping[str, Any], more: Mapping[str, Any]) -> str:
    try:
        return settings.text(what(plain(given), plain(more)))
    except SpecError as error:
        raise AnsibleFilterError(str(error)) from error


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"postgres_start": postgres_start, "postgres_run": postgres_run, "postgres_repositories": postgres_repositories}
