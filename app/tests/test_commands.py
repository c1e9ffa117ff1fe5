"""`python -m echodiary.accounts`, as an operator types it."""

import subprocess
import sys

import post
import psycopg
import services
from post import PASSWORD, Browser, Postbox
from services import Service


def say(service: Service, *words: str, typed: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "echodiary.accounts", *words],
        cwd=services.APP,
        env=services.environment(service.url) | more,
        input=typed,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_the_first_account_is_given_a_way_in(diary: Service, box: Postbox, smtp_port: int) -> None:
    email = "operator@diary.test"
    for _ in range(2):
        done = say(diary, "first", "--email", email, "--password-stdin", typed=PASSWORD + "\n")
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
    browser = Browser(diary)
    assert post.sign_in(browser, email).json()["id"] == 1
    assert say(diary, "first", "--email", email, **post.settings(smtp_port)).returncode == 0
    new = "what the operator chose"
    assert browser.post("/password", json={"token": box.token(email, "reset"), "password": new}).status_code == 204
    assert post.sign_in(browser, email, new).status_code == 200

    # Entries from before accounts move to whoever wrote them.
    with psycopg.connect(services.plain(diary.url)) as connection:
        connection.execute("INSERT INTO entries (title) SELECT 'before ' || n FROM generate_series(1, 1500) n")
    writer = post.sign_up(diary, box, "writer@diary.test")
    for moved in (1500, 0):
        done = say(diary, "move-entries", "--from", "first", "--to", "writer@diary.test")
        assert done.stdout == f"{moved} entries moved from first to writer@diary.test\n", done.stderr
    assert writer.get("/statistics").json()["entries"] == 1500

    # A program that has no browser.
    token = say(diary, "token", "--email", "first", "--name", "gate").stdout.strip()
    program = Browser(diary)
    program.headers["Authorization"] = f"Bearer {token}"
    assert program.post("/entries", json={"title": "by the gate"}).status_code == 201
    given = "a-token-that-somebody-else-made-up-0123456789"
    for _ in range(2):
        assert say(diary, "token", "--email", "first", "--name", "gate", "--token-stdin", typed=given).returncode == 0
    assert program.get("/entries").status_code == 401, "replaced"
    program.headers["Authorization"] = f"Bearer {given}"
    assert program.get("/entries").status_code == 200


def test_what_is_wrong_is_said_in_a_line(diary: Service, box: Postbox) -> None:
    post.sign_up(diary, box, "taken@diary.test")
    wrong: list[tuple[tuple[str, ...], str, str]] = [
        (("first", "--email", "taken@diary.test"), "", "move-entries --from first --to taken@diary.test"),
        (("first", "--email", "fresh@diary.test", "--password-stdin"), "short", "at least 10 characters"),
        (("move-entries", "--from", "nobody@diary.test", "--to", "first"), "", "no account has the address nobody@diary.test"),
        (("token", "--email", "first", "--name", "x", "--token-stdin"), "short", "at least 32 characters"),
    ]
    for words, typed, said in wrong:
        done = say(diary, *words, typed=typed)
        assert done.returncode == 1, words
        assert said in done.stderr and done.stderr.count("\n") == 1, done.stderr
    away = say(diary, "token", "--email", "first", "--name", "x", DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    assert away.returncode == 1 and "the database did not do it" in away.stderr and away.stderr.count("\n") == 1, away.stderr
