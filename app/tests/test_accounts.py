"""Signing up by mail, in, out, and away; over HTTP, with a mail server that really listens."""

import asyncio
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import post
import psycopg
import pytest
import services
from post import PASSWORD, Browser, Postbox
from services import Service
from sqlalchemy.engine import URL

from echodiary.accounts.passwords import Passwords


def execute(service: Service, statement: str) -> None:
    with psycopg.connect(services.plain(service.url), autocommit=True) as connection:
        connection.execute(statement)


def test_from_sign_up_to_leaving(diary: Service, box: Postbox) -> None:
    browser, email = Browser(diary), "mina@diary.test"
    assert browser.get("/entries").status_code == 401
    assert browser.post("/accounts", json={"email": "Mina@Diary.test", "password": PASSWORD, "language": "ko"}).status_code == 202
    mail = box.to(email)
    assert "확인" in mail["Subject"] and mail["From"] == post.FROM
    assert post.sign_in(browser, email).status_code == 403
    token = box.token(email, "verify", 2)
    assert browser.post("/accounts/verify", json={"token": token}).status_code == 204
    assert browser.post("/accounts/verify", json={"token": token}).status_code == 400
    account = post.sign_in(browser, email).json()
    assert (account["email"], account["verified"], account["language"]) == (email, True, "ko")
    assert browser.get("/session").json() == account
    entry = browser.post("/entries", json={"title": "mine"}).json()["id"]
    assert browser.get(f"/entries/{entry}").status_code == 200
    assert browser.request("DELETE", "/account", json={"password": "another one"}).status_code == 403
    assert browser.request("DELETE", "/account", json={"password": PASSWORD}).status_code == 204
    assert browser.get("/session").status_code == 401
    assert post.sign_in(Browser(diary), email).status_code == 401
    with psycopg.connect(services.plain(diary.url)) as connection:
        left = connection.execute("SELECT count(*) FROM entries WHERE id = %s", [entry]).fetchone()
        owned = connection.execute("SELECT count(*) FROM sessions WHERE account_id = %s", [account["id"]]).fetchone()
    assert (left, owned) == ((0,), (0,))


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(diary: Service, box: Postbox) -> None:
    browser = post.sign_up(diary, box, "cookies@diary.test")
    given = {line.partition("=")[0]: line for line in post.sign_in(browser, "cookies@diary.test").headers.get_list("set-cookie")}
    assert "HttpOnly" in given["echodiary_session"] and "SameSite=lax" in given["echodiary_session"]
    assert "HttpOnly" not in given["echodiary_csrf"]
    assert not [line for line in given.values() if "Secure" in line], "PUBLIC_URL is http"


@pytest.mark.parametrize("sent", [None, "", "0" * 64], ids=["none", "empty", "another"])
def test_another_site_changes_nothing(diary: Service, box: Postbox, somebody: Browser, sent: str | None) -> None:
    cookies = dict(somebody.cookies)
    headers = {} if sent is None else {"X-CSRF-Token": sent}
    with httpx.Client(base_url=diary.base, cookies=cookies, headers=headers) as forger:
        for method, path in (("POST", "/entries"), ("POST", "/tokens"), ("DELETE", "/session"), ("DELETE", "/account")):
            assert forger.request(method, path, json={"title": "x", "name": "x", "password": PASSWORD}).status_code in (403, 422), path
        assert forger.post("/entries", json={"title": "forged"}).status_code == 403
        assert forger.get("/entries").status_code == 200
    assert somebody.get("/session").status_code == 200


def test_a_session_that_is_over_lets_nobody_in(diary: Service, box: Postbox) -> None:
    browser = post.sign_up(diary, box, "over@diary.test")
    kept = dict(browser.cookies)
    assert browser.delete("/session").status_code == 204
    assert "echodiary_session" not in browser.cookies
    assert httpx.get(diary.base + "/session", cookies=kept).status_code == 401


def test_a_session_slides_and_is_noted_once_a_day(diary: Service, box: Postbox) -> None:
    browser = post.sign_up(diary, box, "slides@diary.test")
    identity = browser.get("/session").json()["id"]
    assert "set-cookie" not in browser.get("/session").headers
    execute(
        diary,
        f"UPDATE sessions SET used_at = now() - interval '2 days', expires_at = now() + interval '1 day' WHERE account_id = {identity}",
    )
    assert "echodiary_session" in browser.get("/session").headers["set-cookie"]
    assert "set-cookie" not in browser.get("/session").headers
    with psycopg.connect(services.plain(diary.url)) as connection:
        later = connection.execute(
            "SELECT expires_at > now() + interval '29 days' FROM sessions WHERE account_id = %s", [identity]
        ).fetchone()
    assert later == (True,)
    execute(diary, f"UPDATE sessions SET expires_at = now() - interval '1 second' WHERE account_id = {identity}")
    assert browser.get("/session").status_code == 401
    post.sign_in(Browser(diary), "slides@diary.test")
    assert services.count(diary.url, "sessions") > 0
    with psycopg.connect(services.plain(diary.url)) as connection:
        assert connection.execute("SELECT count(*) FROM sessions WHERE expires_at < now()").fetchone() == (0,), "swept"


def test_a_forgotten_password(diary: Service, box: Postbox) -> None:
    email = "forgets@diary.test"
    browser = post.sign_up(diary, box, email)
    assert browser.post("/password/forgotten", json={"email": email}).status_code == 202
    token = box.token(email, "reset", 2)
    assert browser.post("/password", json={"token": token, "password": "short"}).status_code == 422
    assert browser.post("/password", json={"token": token, "password": "a new one of mine"}).status_code == 204
    assert browser.post("/password", json={"token": token, "password": "a new one of mine"}).status_code == 400
    assert browser.get("/session").status_code == 401, "every browser is out"
    assert post.sign_in(Browser(diary), email).status_code == 401
    assert post.sign_in(Browser(diary), email, "a new one of mine").status_code == 200


def test_a_changed_password_ends_other_sessions(diary: Service, box: Postbox) -> None:
    email = "changes@diary.test"
    here = post.sign_up(diary, box, email)
    there = Browser(diary)
    post.sign_in(there, email)
    assert here.patch("/account", json={"password": "not this one", "new_password": "the next password"}).status_code == 403
    assert here.patch("/account", json={"password": PASSWORD, "new_password": "the next password"}).status_code == 200
    assert (here.get("/session").status_code, there.get("/session").status_code) == (200, 401)
    assert here.patch("/account", json={"language": "ko"}).json()["language"] == "ko"


def test_tokens_of_programs(diary: Service, box: Postbox) -> None:
    browser = post.sign_up(diary, box, "programs@diary.test")
    made = browser.post("/tokens", json={"name": "gate"}).json()
    program = {"Authorization": f"Bearer {made['token']}"}
    assert httpx.post(diary.base + "/entries", json={"title": "by a program"}, headers=program).status_code == 201
    assert [entry["title"] for entry in browser.get("/entries").json()["items"]] == ["by a program"]
    [listed] = browser.get("/tokens").json()
    assert "token" not in listed and listed["used_at"] is not None
    assert browser.delete(f"/tokens/{made['id']}").status_code == 204
    answer = httpx.get(diary.base + "/entries", headers=program)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    again = browser.post("/tokens", json={"name": "gate"}).json()["token"]
    assert browser.delete("/sessions").status_code == 204
    assert httpx.get(diary.base + "/entries", headers={"Authorization": f"Bearer {again}"}).status_code == 401
    assert browser.get("/session").status_code == 401


def test_everything_can_be_taken_along(diary: Service, box: Postbox) -> None:
    browser = post.sign_up(diary, box, "takes@diary.test")
    titles = [f"day {number}" for number in range(205)]
    for title in titles:
        assert browser.post("/entries", json={"title": title, "body": '오늘 "quoted"', "mood": "good"}).status_code == 201
    browser.post("/tokens", json={"name": "phone"})
    answer = browser.get("/account/export")
    assert "attachment" in answer.headers["Content-Disposition"]
    taken = json.loads(answer.text)
    assert [entry["title"] for entry in taken["entries"]] == titles
    assert taken["entries"][0] == browser.get(f"/entries/{taken['entries'][0]['id']}").json()
    assert (taken["account"]["email"], [token["name"] for token in taken["tokens"]], len(taken["sessions"])) == (
        "takes@diary.test",
        ["phone"],
        1,
    )
    assert PASSWORD not in answer.text and "$argon2" not in answer.text


def test_nobody_finds_out_who_has_an_account(diary: Service, box: Postbox) -> None:
    known, unknown = "known@diary.test", "unknown@diary.test"
    post.sign_up(diary, box, known)
    asked = [("/session", {"password": "a wrong password"}), ("/accounts", {"password": PASSWORD}), ("/password/forgotten", {})]
    for path, more in asked:
        one, other = (httpx.post(diary.base + path, json={"email": email, **more}, timeout=30) for email in (known, unknown))
        varying = ("date", "x-request-id")
        assert (one.status_code, one.text) == (other.status_code, other.text)
        assert [pair for pair in one.headers.items() if pair[0] not in varying] == [
            pair for pair in other.headers.items() if pair[0] not in varying
        ]
    assert "already" in box.to(known, 2).get_content() or "already" in box.to(known, 3).get_content()


def test_whom_nobody_knows_costs_as_much_work() -> None:
    """Of the processor, so that a busy machine changes nothing."""

    async def work(known: str | None) -> float:
        before = time.process_time()
        for _ in range(5):
            assert not await passwords.verify("a wrong password", known)
        return time.process_time() - before

    passwords = Passwords(1)
    with_account, without = (asyncio.run(work(known)) for known in (asyncio.run(passwords.hash(PASSWORD)), None))
    passwords.close()
    assert without > with_account / 2


def test_a_stranger_who_signs_up_with_my_address_does_not_choose_my_password(diary: Service, box: Postbox) -> None:
    email, strangers = "mine@diary.test", Browser(diary)
    mine = "the password that I chose"
    strangers.post("/accounts", json={"email": email, "password": PASSWORD})
    box.to(email)
    Browser(diary).post("/accounts", json={"email": email, "password": mine})
    assert strangers.post("/accounts/verify", json={"token": box.token(email, "verify", 2)}).status_code == 204
    assert strangers.post("/accounts/verify", json={"token": box.token(email, "verify", 1)}).status_code == 400
    assert post.sign_in(Browser(diary), email, PASSWORD).status_code == 401
    assert post.sign_in(Browser(diary), email, mine).status_code == 200


def test_who_tries_too_often_waits(database: URL, box: Postbox, smtp_port: int, tmp_path: Path) -> None:
    limits = {"SIGN_IN_LIMIT_ACCOUNT": "3/hour", "SIGN_IN_LIMIT_ADDRESS": "8/hour", "MAIL_LIMIT": "2/hour"}
    with services.service(database, tmp_path, **post.settings(smtp_port, **limits)) as service:
        answers = [post.sign_in(service.http, "guessed@diary.test", f"guess number {number}") for number in range(5)]
        assert [answer.status_code for answer in answers] == [401, 401, 401, 429, 429]
        assert 3000 < int(answers[-1].headers["Retry-After"]) <= 3600
        others = [post.sign_in(service.http, f"other{number}@diary.test").status_code for number in range(5)]
        assert others == [401, 401, 401, 429, 429], "one address, whatever it tries"
        assert service.metric('echodiary_sign_ins_total{result="limited"}') == 4
        for _ in range(4):
            service.http.post("/accounts", json={"email": "flooded@diary.test", "password": PASSWORD})
        box.to("flooded@diary.test", 2)
        service.http.post("/accounts", json={"email": "afterwards@diary.test", "password": PASSWORD})
        box.to("afterwards@diary.test")
        assert len(box.all_to("flooded@diary.test")) == 2


def test_all_workers_count_together_where_there_is_redis(database: URL, redis_port: int, smtp_port: int, tmp_path: Path) -> None:
    more = {"SIGN_IN_LIMIT_ACCOUNT": "4/hour", "REDIS_URL": f"redis://127.0.0.1:{redis_port}/1", "WEB_CONCURRENCY": "2"}
    with services.service(database, tmp_path, **post.settings(smtp_port, **more)) as service:
        wrong = {"email": "together@diary.test", "password": "a wrong password"}
        answers = [service.fresh_post("/session", wrong).status_code for _ in range(12)]
    assert answers == [401] * 4 + [429] * 8


def test_a_flood_of_sign_ins_starves_nobody(diary: Service, somebody: Browser) -> None:
    def guess(number: int) -> int:
        wrong = {"email": f"flood{number}@diary.test", "password": "a wrong password"}
        return httpx.post(diary.base + "/session", json=wrong, timeout=60).status_code

    with ThreadPoolExecutor(20) as threads:
        flood = [threads.submit(guess, number) for number in range(60)]
        asked = [somebody.get("/entries?limit=1").status_code for _ in range(10)]
        assert asked == [200] * 10
        assert {one.result() for one in flood} <= {401, 503}


def test_a_mail_that_fails_fails_no_request_and_is_told_without_the_address(database: URL, tmp_path: Path) -> None:
    with post.server() as (box, port), services.service(database, tmp_path, **post.settings(port)) as service:
        box.refuses = True
        answer = service.http.post("/accounts", json={"email": "refused@diary.test", "password": PASSWORD})
        assert answer.status_code == 202
        services.wait_for("it is counted", lambda: service.metric('echodiary_mails_total{result="failed"}') == 1)
    told = service.log.read_text()
    assert "a mail was not sent" in told
    assert "refused@diary.test" not in told and PASSWORD not in told


def test_what_happened_is_told_and_nothing_of_what_is_secret(diary: Service, box: Postbox) -> None:
    email = "audited@diary.test"
    browser = post.sign_up(diary, box, email, password="a secret of the audited")
    account = browser.get("/session").json()["id"]
    secret = browser.post("/tokens", json={"name": "watched"}).json()["token"]
    post.sign_in(browser, email, "a wrong secret")
    browser.get("/account/export")
    browser.get("/entries", params={"q": "what I looked for"})
    cookies = list(browser.cookies.values())
    browser.delete("/session")
    services.wait_for("it is told", lambda: f'"event": "sign-out", "client": "127.0.0.1", "account": {account}' in diary.log.read_text())
    told = diary.log.read_text()
    events = [
        line["event"]
        for line in map(json.loads, told.splitlines())
        if line["logger"] == "echodiary.audit" and line.get("account") == account
    ]
    assert events == ["verified", "sign-in", "token made", "sign-in failed", "export", "sign-out"]
    for never in (email, "a secret of the audited", "a wrong secret", secret, "what I looked for", *cookies, box.token(email, "verify")):
        assert never not in told


def test_without_mail_nobody_signs_up(running: Service) -> None:
    assert running.fresh("/sign-in").json() == {"password": True, "sign_up": False, "oidc": None, "question": False}
    assert running.fresh_post("/accounts", {"email": "a@b.test", "password": PASSWORD}).status_code == 404


def test_while_it_is_open_who_brings_nothing_is_the_first_account_and_what_is_wrong_is_refused(running: Service) -> None:
    entry = running.http.post("/entries", json={"title": "of the first"}).json()["id"]
    with psycopg.connect(services.plain(running.url)) as connection:
        assert connection.execute("SELECT owner_id FROM entries WHERE id = %s", [entry]).fetchone() == (1,)
    for wrong in ({"Authorization": "Bearer none"}, {"Cookie": "echodiary_session=none"}):
        assert httpx.get(running.base + f"/entries/{entry}", headers=wrong).status_code == 401
    for path in ("/session", "/tokens", "/account/export"):
        assert running.fresh(path).status_code == 401, "open is for entries alone"


def test_other_origins_only_as_set(database: URL, diary: Service, tmp_path: Path) -> None:
    asked = {"Origin": "https://elsewhere.test", "Access-Control-Request-Method": "POST"}
    assert "access-control-allow-origin" not in httpx.options(diary.base + "/entries", headers=asked).headers
    with services.service(database, tmp_path, CORS_ORIGINS="https://elsewhere.test, https://app.test") as service:
        answer = httpx.options(service.base + "/entries", headers=asked)
        assert answer.headers["access-control-allow-origin"] == "https://elsewhere.test"
        other = httpx.options(service.base + "/entries", headers={**asked, "Origin": "https://third.test"})
        assert "access-control-allow-origin" not in other.headers


@pytest.fixture(scope="module")
def somebody(diary: Service, box: Postbox) -> Iterator[Browser]:
    browser = post.sign_up(diary, box, "somebody@diary.test")
    yield browser
    browser.close()
