# SPDX-License-Identifier: GPL-3.0-or-later
"""The real application with its PostgreSQL, servers for its mail and its model, and an edge before it."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests import pages
from tests.integration.front import edge as edges
from tests.integration.front.people import People

APP = pages.ROOT / "app"


@contextmanager
def standing() -> Iterator[People]:
    """The application's own tests say how it is started."""
    sys.path += [str(APP), str(APP / "tests")]
    import models
    import post
    import services

    binaries = services.find_postgresql()
    if binaries is None:
        pages.missing("no PostgreSQL here: apt-get install postgresql")
    with ExitStack() as ending:
        edge = ending.enter_context(edges.serving(pages.built()))
        place = Path(ending.enter_context(tempfile.TemporaryDirectory(prefix="echodiary-front-")))
        os.chmod(place, 0o755)  # user postgres has to reach what is below
        (place / "postgresql").mkdir()
        url = ending.enter_context(services.postgresql(binaries, place / "postgresql"))
        services.migrate(url, "head")
        box, port = ending.enter_context(post.server())
        model, model_port = ending.enter_context(models.model_server())
        settings = post.settings(port, PUBLIC_URL=edge.base, SIGN_IN_LIMIT_ACCOUNT="8/15 minutes") | models.settings(model_port)
        service = ending.enter_context(services.service(url, place, **settings))
        edge.api = service.port
        yield People(edge, service, box, model)
