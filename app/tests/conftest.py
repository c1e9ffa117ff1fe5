"""Fixtures: one PostgreSQL for the run, a new database for every test that wants its own."""

import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import post
import psycopg
import pytest
import services
from post import Postbox
from services import Service, Wire
from sqlalchemy.engine import URL, make_url

_numbers = itertools.count(1)
NewDatabase = Callable[..., URL]


@pytest.fixture(scope="session")
def cluster() -> Iterator[URL]:
    """DATABASE_URL's server when given (its role must be allowed to create databases), else one of our own."""
    given = os.environ.get("DATABASE_URL")
    if given:
        yield make_url(given).set(drivername="postgresql+psycopg")
        return
    binaries = services.find_postgresql()
    if binaries is None:
        pytest.fail("no PostgreSQL here: apt-get install postgresql, or set DATABASE_URL")
    with tempfile.TemporaryDirectory(prefix="echodiary-test-") as directory:
        os.chmod(directory, 0o755)  # user postgres has to reach what is below
        place = Path(directory) / "postgresql"
        place.mkdir()
        with services.postgresql(binaries, place) as url:
            yield url


@pytest.fixture(scope="session")
def new_database(cluster: URL) -> Iterator[NewDatabase]:
    made: list[str] = []

    def make(template: str = "template1") -> URL:
        name = f"echodiary_test_{os.getpid()}_{next(_numbers)}"
        _execute(cluster, f"CREATE DATABASE {name} TEMPLATE {template}")
        made.append(name)
        return cluster.set(database=name)

    yield make
    for name in made:
        _execute(cluster, f"DROP DATABASE {name} WITH (FORCE)")


def _execute(url: URL, statement: str) -> None:
    with psycopg.connect(services.plain(url), autocommit=True) as connection:
        connection.execute(statement)


@pytest.fixture(scope="session")
def template(new_database: NewDatabase) -> str:
    """A migrated database to copy: much faster than migrating for every test."""
    url = new_database()
    services.migrate(url, "head")
    assert url.database is not None
    return url.database


@pytest.fixture
def empty_database(new_database: NewDatabase) -> URL:
    return new_database()


@pytest.fixture
def database(new_database: NewDatabase, template: str) -> URL:
    return new_database(template)


@pytest.fixture(scope="session")
def running(new_database: NewDatabase, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Two workers, shared by the tests that only use the API."""
    with services.service(new_database(template), tmp_path_factory.mktemp("app"), WEB_CONCURRENCY="2") as service:
        yield service


@pytest.fixture(scope="session")
def redis_port() -> Iterator[int]:
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("no redis-server here: apt-get install redis-server")
    with services.redis_server(program) as port:
        yield port


@pytest.fixture
def wire(database: URL) -> Iterator[Wire]:
    """A wire to the database server."""
    wire = Wire(database.port or 5432)
    yield wire
    wire.thaw()
    wire.cut()


@pytest.fixture(scope="session")
def mail() -> Iterator[tuple[Postbox, int]]:
    with post.server() as listening:
        yield listening


@pytest.fixture(scope="session")
def box(mail: tuple[Postbox, int]) -> Postbox:
    return mail[0]


@pytest.fixture(scope="session")
def smtp_port(mail: tuple[Postbox, int]) -> int:
    return mail[1]


@pytest.fixture(scope="session")
def diary(new_database: NewDatabase, template: str, smtp_port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One where everybody signs in, shared like the other."""
    with services.service(
        new_database(template), tmp_path_factory.mktemp("app"), **post.settings(smtp_port, WEB_CONCURRENCY="2")
    ) as service:
        yield service
