# SPDX-License-Identifier: GPL-3.0-or-later
"""A PostgreSQL of a test's own: the lab's image, asked from inside as a superuser."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

_numbers = itertools.count(1)


class Server:
    def __init__(self, container: Any, client_image: str) -> None:
        container.reload()
        self.container, self.client_image = container, client_image
        self.address = next(iter(container.attrs["NetworkSettings"]["Networks"].values()))["IPAddress"]

    def sql(self, query: str, database: str = "postgres", options: str = "") -> str:
        """``options``: of the session, as PGOPTIONS has them."""
        command = ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", query]
        done = self.container.exec_run(command, user="postgres", environment={"PGOPTIONS": options})
        output = str(done.output.decode()).strip()
        assert done.exit_code == 0, output
        return output

    @contextmanager
    def session(self, database: str, user: str, password: str) -> Iterator[Callable[[], bool]]:
        """One that stays; tells whether it is still there."""
        name = f"stays-{next(_numbers)}"
        command = ["psql", "-XAtq", "-h", "127.0.0.1", "-U", user, "-d", database, "-c", "SELECT pg_sleep(120)"]
        self.container.exec_run(command, environment={"PGPASSWORD": password, "PGAPPNAME": name}, detach=True)

        def there() -> bool:
            return self.sql(f"SELECT count(*) FROM pg_stat_activity WHERE application_name = '{name}'") != "0"

        end = time.monotonic() + 20
        while not there():
            assert time.monotonic() < end
            time.sleep(0.1)
        yield there
        self.sql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '{name}'")


def waited(container: Any) -> Any:
    end = time.monotonic() + 60
    while container.exec_run(["pg_isready", "-h", "127.0.0.1"]).exit_code:
        assert time.monotonic() < end, container.logs(tail=20).decode()
        time.sleep(0.2)
    return container
