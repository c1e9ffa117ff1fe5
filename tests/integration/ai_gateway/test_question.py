# SPDX-License-Identifier: GPL-3.0-or-later
"""EchoDiary asks through the real gateway: by TLS that it trusts, with a key that pays for it, and what users get when that ends."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import NamedTuple

import docker
import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._gateway import keys

from lab.cloud import authority
from tests.integration import lab_images
from tests.integration.ai_gateway import gateways
from tests.integration.ai_gateway.gateways import Answer, Gateway, until
from tests.integration.edge import edges
from tests.integration.postgres import Server, waited

pytestmark = pytest.mark.full

KEY = keys.made()
#: a question is 120 words of the stand-in, and what it was shown
BUDGET = 400


class Diary(NamedTuple):
    port: int
    gateway: Gateway

    def post(self, path: str, body: dict[str, str] | None = None) -> Answer:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            connection.request("POST", path, json.dumps(body or {}), {"Content-Type": "application/json"})
            answer = connection.getresponse()
            return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read().decode())

    def question(self) -> Answer:
        return self.post("/entries/1/question")

    def used(self, kind: str) -> float:
        return self.gateway.used().get(f'ai_gateway_tokens_total{{key="diary",kind="{kind}"}}', 0)


@contextmanager
def database() -> Iterator[str]:
    container = docker.from_env().containers.run(lab_images.service("postgres"), name=f"echodiary-question-test-{os.getpid()}", detach=True)
    try:
        server = Server(waited(container), "")
        server.sql("CREATE ROLE diary LOGIN PASSWORD 'diary'")
        server.sql("CREATE DATABASE diary OWNER diary")
        yield f"postgresql://diary:diary@{server.address}:5432/diary"
    finally:
        container.remove(force=True, v=True)


@contextmanager
def application(url: str, port: int, place: Path, **asked: str) -> Iterator[None]:
    environment = {"PATH": os.environ["PATH"], "DATABASE_URL": url, "HOST": "127.0.0.1", "PORT": str(port), **asked}
    subprocess.run([sys.executable, "-m", "alembic", "upgrade", "head"], cwd=edges.APP, env=environment, check=True, capture_output=True)
    with (place / "application.log").open("w") as log:
        process = subprocess.Popen([sys.executable, "-m", "echodiary"], cwd=edges.APP, env=environment, stdout=log, stderr=log)
    try:
        until(lambda: gateways.reaches(port, "/ready"), 60)
        yield
    finally:
        process.terminate()
        process.wait(40)


@pytest.fixture
def diary(tmp_path: Path) -> Iterator[Diary]:
    served = authority.alone("gateway", ["127.0.0.1"])
    tls = {"ai_gateway_certificate": served.certificate.decode(), "ai_gateway_certificate_key": served.key.decode()}
    port = edges.free_port()
    with ExitStack() as stack:
        url = stack.enter_context(database())
        limits = {"sha256": KEY.digest, "tokens_per_day": BUDGET}
        gateway = stack.enter_context(gateways.running(tmp_path, {"diary": limits}, **tls))
        asked = {"QUESTION_URL": f"https://127.0.0.1:{gateway.port}/v1", "QUESTION_KEY": KEY.key, "QUESTION_MODEL": "stand-in"}
        asked |= {"QUESTION_CA_CERTIFICATE": served.certificate.decode(), "QUESTION_PAUSE": "0.01"}
        stack.enter_context(application(url, port, tmp_path, **asked))
        made = Diary(port, gateway)
        assert made.post("/entries", {"title": "what-I-wrote"}).status == 201
        yield made


def test_a_question_goes_through_the_gateway_and_what_ends_it_is_one_clear_answer(diary: Diary, tmp_path: Path) -> None:
    answer = until(lambda: (said := diary.question()).status == 200 and said, 60)
    assert answer.json["question"].startswith("word word")
    until(lambda: diary.used("completion") == 120)
    assert diary.used("prompt") > 0

    diary.gateway.stop()
    away = diary.question()
    assert (away.status, int(away.headers["retry-after"]) >= 1) == (503, True)
    diary.gateway.start()
    until(lambda: diary.question().status == 200, 60)

    # until the key's own day is over; users are told to come later
    until(lambda: diary.question().status == 503, 60)
    assert "ai_gateway_refused_total" in "".join(diary.gateway.used())

    other = authority.alone("gateway", ["127.0.0.1"])
    diary.gateway.write(ai_gateway_certificate=other.certificate.decode(), ai_gateway_certificate_key=other.key.decode())
    diary.gateway.reload()
    assert diary.question().status == 503
    assert diary.post("/entries", {"title": "goes on"}).status == 201
    told = (tmp_path / "application.log").read_text()
    assert "what-I-wrote" not in told and KEY.key not in told
