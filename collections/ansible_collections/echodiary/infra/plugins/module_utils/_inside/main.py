# SPDX-License-Identifier: GPL-3.0-or-later
"""The entry inside the release: a request in, one answer out on the real standard output; whatever the release prints goes elsewhere."""

from __future__ import annotations

import os
import sys
import traceback
from typing import TYPE_CHECKING

from .._host import answers, masking
from . import login
from .errors import InsideError, first_lines

if TYPE_CHECKING:
    from collections.abc import Callable

    from . import shapes


def run(document: shapes.Document) -> None:
    output = os.dup(1)
    # print() in a migration must not end up in the middle of the answer.
    os.dup2(2, 1)
    os.environ.update(document["environment"])
    if "login" in document:
        login.take(document["login"])
    request = document["request"]
    options = " ".join(f"-c {name}={value}" for name, value in request.get("options", {}).items())
    os.environ["PGOPTIONS"] = f"{os.environ.get('PGOPTIONS', '')} {options}".strip()
    answer = _answer(request)
    sys.stdout.flush()
    masked = masking.mask(answer, masking.find(dict(os.environ)), keys=False)
    with os.fdopen(output, "w", encoding="utf-8") as handle:
        handle.write(answers.framed(masked))


def _answer(request: shapes.Request) -> shapes.Answer:
    try:
        import alembic
        import sqlalchemy
    except ImportError as error:
        return {"error": {"kind": "environment", "text": f"{first_lines(error)}: Alembic has to be installed beside the release's code"}}
    from . import connections, migrate, password, read, sessions

    works: dict[str, Callable[[shapes.Request], shapes.Answer]]
    works = {"migrate": migrate.migrate, "connections": connections.read, "sessions": sessions.work, "password": password.work}
    work = works.get(request["do"], read.read)
    try:
        answer = work(request)
    except InsideError as error:
        return {"error": error.as_dict()}
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        return {"error": {"kind": "environment", "text": f"{first_lines(error)} ({os.path.basename(where.filename)}:{where.lineno})"}}
    answer["versions"] = {"alembic": alembic.__version__, "sqlalchemy": sqlalchemy.__version__}
    return answer
