"""Every line is JSON, and one request can be followed through it."""

import json
import re

import services
from services import Service


def lines(running: Service) -> list[dict[str, object]]:
    return [json.loads(line) for line in running.log.read_text().splitlines()]


def test_every_line_is_json_uvicorns_too(running: Service) -> None:
    running.fresh("/entries")
    loggers = {line["logger"] for line in lines(running)}
    assert {"uvicorn.error", "echodiary.access"} <= loggers
    assert all({"time", "level", "message", "request_id"} <= line.keys() for line in lines(running))


def test_the_callers_request_id_is_logged_and_echoed(running: Service) -> None:
    answer = running.http.get("/entries/424242", headers={"X-Request-ID": "trace-1.a_B"})
    assert answer.headers["X-Request-ID"] == "trace-1.a_B"
    # The line is written after the answer has left.
    services.wait_for("the line is there", lambda: '"trace-1.a_B"' in running.log.read_text())
    [line] = [line for line in lines(running) if line["request_id"] == "trace-1.a_B"]
    assert (line["handler"], line["path"], line["status"]) == ("/entries/{entry_id}", "/entries/424242", 404)


def test_an_unsafe_request_id_is_replaced(running: Service) -> None:
    answer = running.http.get("/entries", headers={"X-Request-ID": 'x" injected'})
    assert re.fullmatch("[0-9a-f]{32}", answer.headers["X-Request-ID"])
