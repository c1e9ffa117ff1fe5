# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules that work in a release's place say of their options is what they take, the shared ones included."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.plugins.loader import fragment_loader
from ansible.utils.plugin_docs import get_docstring
from ansible_collections.echodiary.infra.plugins.modules import alembic, database_budget, database_password, database_sessions
from ansible_collections.echodiary.infra.plugins.plugin_utils._alembic import options
from ansible_collections.echodiary.infra.plugins.plugin_utils._database import budget_options, password_options, sessions_options

MODULES = [
    (alembic, options.ARGUMENTS),
    (database_budget, budget_options.ARGUMENTS),
    (database_password, password_options.ARGUMENTS),
    (database_sessions, sessions_options.ARGUMENTS),
]


@pytest.mark.parametrize(("module", "arguments"), MODULES)
def test_the_documentation_says_the_same_as_the_arguments(module: Any, arguments: dict[str, Any]) -> None:
    documentation = get_docstring(module.__file__, fragment_loader, collection_name="echodiary.infra", is_module=True)[0]
    told = documentation["options"]
    assert sorted(told) == sorted(arguments)
    for name, spec in arguments.items():
        for key in ("type", "default", "choices", "required", "elements"):
            assert told[name].get(key) == spec.get(key), f"{name}: {key}"
