"""A question about an entry, and what the service is worth while whoever has to think of one is away, slow or talks nonsense."""

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import httpx
import models
import post
import pytest
import services
from conftest import NewDatabase
from models import Model
from pydantic import SecretStr
from services import Service, Wire
from sqlalchemy.engine import URL

from echodiary import optional_redis
from echodiary.__main__ import main
from echodiary.daily import Daily
from echodiary.settings import Settings, get_settings

KEY = "sk-gw-of-the-test"
MARKER = "what-I-wrote-오늘"


class Asked:
    """A service with a model behind it, and one entry."""

    def __init__(self, service: Service, model: Model) -> None:
        self.service, self.model = service, model
        self.entry = service.fresh_post("/entries", {"title": MARKER, "body": f"{MARKER} in the body", "mood": "good"}).json()["id"]

    def ask(self, entry: int | None = None) -> httpx.Response:
        return httpx.post(f"{self.service.base}/entries/{entry or self.entry}/question", timeout=15)

    def counted(self, result: str) -> float:
        return self.service.metric(f'echodiary_questions_total{{result="{result}"}}')


class Start:
    def __init__(self, stack: ExitStack, database: URL, place: Path) -> None:
        self._stack, self._database, self._place = stack, database, place

    def __call__(self, **more: str) -> Asked:
        model, port = self._stack.enter_context(models.model_server())
        # who comes while it is left alone is tested below
        settings = models.settings(port, KEY) | {"QUESTION_PAUSE": "0.01", "QUESTION_TIMEOUT": "3", "LOG_LEVEL": "DEBUG", **more}
        return Asked(self._stack.enter_context(services.service(self._database, self._place, **settings)), model)


@pytest.fixture
def start(database: URL, tmp_path: Path) -> Iterator[Start]:
    with ExitStack() as stack:
        yield Start(stack, database, tmp_path)


def test_where_there_is_no_model_there_is_no_such_route_and_all_else_is(database: URL, tmp_path: Path) -> None:
    with services.service(database, tmp_path) as service:
        entry = service.fresh_post("/entries", {"title": "alone"}).json()["id"]
        assert service.fresh_post(f"/entries/{entry}/question", {}).status_code == 404
        assert service.fresh(f"/entries/{entry}").status_code == 200
        assert not [path for path in service.fresh("/openapi.json").json()["paths"] if "question" in path]


@pytest.fixture(scope="module")
def calm(new_database: NewDatabase, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    """One that is shared: it has a single connection to the database, asks two questions at a time and waits long for them."""
    limits = {"DB_POOL_SIZE": "1", "DB_MAX_OVERFLOW": "0", "DB_POOL_TIMEOUT": "0.5", "QUESTION_CONCURRENCY": "2", "QUESTION_TIMEOUT": "10"}
    with ExitStack() as stack:
        yield Start(stack, new_database(template), tmp_path_factory.mktemp("calm"))(**limits)


@pytest.fixture
def asked(calm: Asked) -> Asked:
    calm.model.asked.clear()
    return calm


def test_a_question_about_this_entry(asked: Asked) -> None:
    answer = asked.ask()
    assert (answer.status_code, answer.json()) == (200, {"question": models.QUESTION})
    (seen,) = asked.model.asked
    assert (seen["path"], seen["model"], asked.model.keys) == ("/v1/chat/completions", "gentle", [f"Bearer {KEY}"])
    assert f"{MARKER} in the body" in seen["messages"][-1]["content"]
    assert asked.ask(424242).status_code == 404
    assert len(asked.model.asked) == 1


#: what is no reason to leave it alone: it works, and an entry may have brought it to that
UNUSABLE = ("no text", "spaces", "a novel", "control characters", "too much asked")
AWAY = ("no JSON", "other JSON", "a list", "endless", "slowly", "hangs up", "wrong key", "rate", "broken", "away", "elsewhere")


def test_whatever_is_said_instead_of_a_question_is_one_clear_answer_and_no_word_of_an_entry_is_left_behind(start: Start) -> None:
    asked = start(QUESTION_TIMEOUT="0.5", QUESTION_PER_DAY="1000")
    for way in (*UNUSABLE, *AWAY):
        asked.model.way = way
        asked.model.asked.clear()
        services.wait_for(f"{way}: asked", lambda: bool(asked.ask() and asked.model.asked))
        answer = asked.ask()
        assert (answer.status_code, answer.json()["detail"]) == (503, "no question now; try again later"), way
        assert int(answer.headers["Retry-After"]) >= 1, way
        asked.model.wake()
        services.wait_for(f"{way}: well again", lambda: asked.ask().status_code == 200, 20)
        asked.model.go_on.clear()
    assert asked.counted("unusable") >= 2 * len(UNUSABLE)
    assert asked.counted("away") >= len(AWAY)
    told = asked.service.log.read_text() + asked.service.fresh("/metrics").text
    assert "endless" in told
    assert MARKER not in told
    assert KEY not in told
    assert models.QUESTION not in told


def test_nobody_holds_a_connection_to_the_database_while_a_model_thinks(asked: Asked) -> None:
    asked.model.silent()
    with ThreadPoolExecutor(2) as threads:
        waiting = [threads.submit(asked.ask) for _ in range(2)]
        services.wait_for("it is asked", lambda: len(asked.model.asked) == 2)
        assert [asked.service.fresh(path).status_code for path in ("/entries", f"/entries/{asked.entry}", "/statistics")] == [200] * 3
        assert asked.service.fresh_post("/entries", {"title": "meanwhile"}).status_code == 201
        assert not any(one.done() for one in waiting)
        asked.model.wake()
        assert [one.result().status_code for one in waiting] == [200] * 2


def test_few_at_a_time_and_who_is_more_is_told_at_once(asked: Asked) -> None:
    before = asked.counted("busy")
    asked.model.silent()
    with ThreadPoolExecutor(2) as threads:
        waiting = [threads.submit(asked.ask) for _ in range(2)]
        services.wait_for("two are asked", lambda: len(asked.model.asked) == 2)
        answers = [asked.ask() for _ in range(5)]
        assert {(one.status_code, one.headers["Retry-After"]) for one in answers} == {(503, "2")}
        assert not any(one.done() for one in waiting)
        asked.model.wake()
        assert [one.result().status_code for one in waiting] == [200] * 2
    assert (len(asked.model.asked), asked.counted("busy") - before) == (2, 5)
    assert asked.ask().status_code == 200


def test_each_account_has_its_own_entries_and_its_own_day(start: Start) -> None:
    with post.server() as (box, port):
        limits = {"QUESTION_PER_DAY": "1", "QUESTION_TIMEOUT": "10", "DB_POOL_SIZE": "1", "DB_MAX_OVERFLOW": "0"}
        asked = start(**post.settings(port, **limits, SIGN_IN="open"))
        one, other = (post.sign_up(asked.service, box, f"{name}@diary.test") for name in ("one", "other"))
        mine, theirs = (who.post("/entries", json={"title": "mine"}).json()["id"] for who in (one, other))
        assert one.get("/sign-in").json()["question"] is True
        forged = one.post(f"/entries/{mine}/question", headers={"X-CSRF-Token": "forged"})
        assert [other.post(f"/entries/{mine}/question").status_code, asked.ask(mine).status_code, forged.status_code] == [404, 404, 403]
        assert asked.model.asked == []
        asked.model.silent()
        with ThreadPoolExecutor(1) as threads:
            waiting = threads.submit(one.post, f"/entries/{mine}/question")
            services.wait_for("it is asked", lambda: len(asked.model.asked) == 1)
            # what knew the account by its session has given its connection back, too
            assert other.get(f"/entries/{theirs}").status_code == 200
            assert not waiting.done()
            asked.model.wake()
            assert waiting.result().status_code == 200
        assert one.post(f"/entries/{mine}/question").status_code == 429
        assert other.post(f"/entries/{theirs}/question").status_code == 200


def test_who_does_not_answer_is_left_alone(start: Start) -> None:
    asked = start(QUESTION_PAUSE="600")
    asked.model.way = "broken"
    assert [asked.ask().status_code for _ in range(3)] == [503] * 3
    answers = [asked.ask() for _ in range(10)]
    assert {one.status_code for one in answers} == {503}
    assert all(300 < int(one.headers["Retry-After"]) <= 600 for one in answers)
    assert (len(asked.model.asked), asked.counted("left alone")) == (3, 10)


def test_one_tries_and_the_others_learn_from_that(start: Start) -> None:
    asked = start(QUESTION_PAUSE="0.01", QUESTION_TIMEOUT="10")
    asked.model.way = "broken"
    assert [asked.ask().status_code for _ in range(3)] == [503] * 3
    asked.model.silent()
    with ThreadPoolExecutor(1) as threads:
        trial = threads.submit(asked.ask)
        services.wait_for("one tries", lambda: len(asked.model.asked) == 4)
        assert [asked.ask().status_code for _ in range(3)] == [503] * 3
        assert not trial.done()
        asked.model.wake()
        assert trial.result().status_code == 200
    assert (len(asked.model.asked), asked.ask().status_code) == (4, 200)


def test_a_model_that_cannot_be_reached_is_no_wait(start: Start) -> None:
    asked = start(QUESTION_URL="http://127.0.0.1:1/v1", QUESTION_TIMEOUT="10")
    began = time.monotonic()
    assert asked.ask().status_code == 503
    assert time.monotonic() - began < 5
    assert "ConnectError" in asked.service.log.read_text()


def test_so_many_a_day_and_what_fails_costs_nothing(start: Start) -> None:
    asked = start(QUESTION_PER_DAY="2")
    asked.model.way = "broken"
    assert [asked.ask().status_code for _ in range(2)] == [503] * 2
    asked.model.wake()
    assert [asked.ask().status_code for _ in range(4)] == [200, 200, 429, 429]
    assert 0 < int(asked.ask().headers["Retry-After"]) <= 86400
    assert asked.counted("budget") == 3


def test_the_day_is_one_for_all_workers_and_goes_on_without_redis(redis_port: int) -> None:
    wire = Wire(redis_port)

    async def two_workers() -> None:
        url = SecretStr(f"redis://127.0.0.1:{wire.port}/0")
        settings = Settings(database_url=SecretStr("postgresql://database/echodiary"), redis_url=url, redis_timeout=10)
        redis = [optional_redis.create(settings) for _ in range(2)]
        one, other = (Daily(connection, "test", 3) for connection in redis)
        assert [await worker.take(7) for worker in (one, other, one, other, one)] == [True] * 3 + [False] * 2
        assert await other.take(8)
        await one.give_back(7)
        assert [await worker.take(7) for worker in (other, one)] == [True, False]
        wire.cut()
        # each counts for itself
        assert [await worker.take(7) for worker in (one, other) * 4] == [True] * 6 + [False] * 2
        for connection in redis:
            assert connection is not None
            await connection.close()

    asyncio.run(two_workers())


WRONG = {
    "QUESTION_URL": ["ftp://model/v1", "http://user:secret-word@model/v1", "model:8500/v1", "http://model/v1?key=secret-word"],
    "QUESTION_KEY": ["secret-word with spaces", "secret-word\nX-Other: header", "secret-word-오늘"],
    "QUESTION_CA_CERTIFICATE": ["secret-word", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----"],
    "QUESTION_MODEL": [""],
    "QUESTION_TIMEOUT": ["15"],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_a_wrong_setting_is_told_before_anything_starts_and_never_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str
) -> None:
    for setting, text in {"DATABASE_URL": "postgresql://database/echodiary", **models.settings(1), name: value}.items():
        monkeypatch.setenv(setting, text)
    monkeypatch.setattr("echodiary.__main__._serve", lambda _: pytest.fail("it starts"))
    get_settings.cache_clear()
    assert main() == 2
    told = capsys.readouterr().err
    assert name in told
    assert "secret-word" not in told
