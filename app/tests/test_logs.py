"""Every line is JSON, and one request can be followed through it."""

import json
import re
from pathlib import Path

import psycopg
import pytest
import services
from services import Service
from sqlalchemy.engine import URL

MARKER = "what-I-wrote-오늘"


def lines(running: Service) -> list[dict[str, object]]:
    return [json.loads(line) for line in running.log.read_text().splitlines()]


def test_every_line_is_json_uvicorns_too(running: Service) -> None:
    running.fresh("/entries")
    # The line is written after the answer has left.
    services.wait_for("the line is there", lambda: '"echodiary.access"' in running.log.read_text())
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


def test_a_request_leads_to_the_process_of_postgresql_that_worked_for_it(database: URL, tmp_path: Path) -> None:
    with services.service(database, tmp_path) as service:
        service.http.get("/entries", headers={"X-Request-ID": "trace-2"})
        service.http.get("/entries?limit=none", headers={"X-Request-ID": "trace-3"})
        services.wait_for("the lines are there", lambda: '"trace-3"' in service.log.read_text())
        with psycopg.connect(services.plain(database)) as asked:
            found = asked.execute("SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'echodiary-api/%'")
            pids = {str(pid) for (pid,) in found}
    told = {line["request_id"]: line.get("database_pid") for line in lines(service) if line["logger"] == "echodiary.access"}
    assert told["trace-2"] in pids
    assert told["trace-3"] is None


def test_an_unsafe_request_id_is_replaced(running: Service) -> None:
    answer = running.http.get("/entries", headers={"X-Request-ID": 'x" injected'})
    assert re.fullmatch("[0-9a-f]{32}", answer.headers["X-Request-ID"])


def execute(url: URL, statement: str) -> None:
    with psycopg.connect(services.plain(url), autocommit=True) as connection:
        connection.execute(statement)


#: what makes writing an entry fail in PostgreSQL, each with another error
FAILURES = {
    "a row that is refused": "ALTER TABLE entries ADD CONSTRAINT never CHECK (length(body) < 0) NOT VALID",
    "an error in words": """
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused: %', NEW.body; END $$;
        CREATE TRIGGER refusing BEFORE INSERT OR UPDATE ON entries FOR EACH ROW EXECUTE FUNCTION refuse()""",
}


@pytest.mark.parametrize("failure", FAILURES)
def test_what_somebody_wrote_is_in_no_log(failure: str, database: URL, tmp_path: Path) -> None:
    entry = {"title": MARKER, "body": MARKER}
    with services.service(database, tmp_path) as service:
        assert service.fresh_post("/entries", entry).status_code == 201
        execute(database, FAILURES[failure])
        assert service.fresh_post("/entries", entry).status_code >= 400
        assert service.fresh_post("/entries", {"title": MARKER, "body": MARKER, "mood": MARKER}).status_code == 422
        assert service.fresh_post("/entries", {"title": f"{MARKER}\0", "body": MARKER}).status_code >= 400
        services.wait_for("the failure is told", lambda: '"level": "ERROR"' in service.log.read_text())
    told = service.log.read_text()
    assert MARKER not in told
    assert json.dumps(MARKER)[1:-1] not in told
    (error, *_) = [line for line in lines(service) if line["level"] == "ERROR" and "exception" in line]
    assert "entries.py" in str(error["exception"])
