"""Nobody reaches what is somebody else's, by whatever route."""

from pathlib import Path

import post
import psycopg
import pytest
import services
from post import Browser, Postbox
from services import Service
from sqlalchemy.engine import URL

#: routes that are about one entry, and how somebody else would ask
OF_AN_ENTRY: dict[tuple[str, str], dict[str, str] | None] = {
    ("get", "/entries/{entry_id}"): None,
    ("patch", "/entries/{entry_id}"): {"title": "taken"},
    ("delete", "/entries/{entry_id}"): None,
}
#: those that tell of entries without naming one
OF_ENTRIES = {("get", "/entries"), ("get", "/entries/months"), ("get", "/statistics"), ("get", "/account/export")}
#: those that take nothing of an entry and tell nothing
OF_NONE = {
    ("post", "/entries"), ("post", "/accounts"), ("post", "/accounts/verify"), ("post", "/password"), ("post", "/password/forgotten"),
    ("get", "/sign-in"), ("get", "/session"), ("post", "/session"), ("delete", "/session"), ("delete", "/sessions"), ("get", "/tokens"),
    ("post", "/tokens"), ("delete", "/tokens/{token_id}"), ("patch", "/account"), ("delete", "/account"), ("get", "/health"),
    ("get", "/ready"),    ("get", "/status"), ("get", "/version"), ("get", "/metrics"), ("post", "/verify"),
}  # fmt: skip


def test_every_route_is_thought_of(diary: Service) -> None:
    paths = diary.fresh("/openapi.json").json()["paths"]
    documented = {(method, path) for path, methods in paths.items() for method in methods}
    assert documented == OF_AN_ENTRY.keys() | OF_ENTRIES | OF_NONE


@pytest.fixture(scope="module")
def two(diary: Service, box: Postbox) -> tuple[Browser, Browser]:
    return post.sign_up(diary, box, "owner@diary.test"), post.sign_up(diary, box, "other@diary.test")


def test_somebody_elses_entry_is_not_there(two: tuple[Browser, Browser]) -> None:
    owner, other = two
    entry = owner.post("/entries", json={"title": "whose?", "body": "mine"}).json()
    never = owner.get("/entries/4242424242").json()["detail"]
    for (method, path), body in OF_AN_ENTRY.items():
        answer = other.request(method, path.format(entry_id=entry["id"]), json=body)
        assert (answer.status_code, answer.json()["detail"]) == (404, never.replace("4242424242", str(entry["id"]))), path
    for _, path in OF_ENTRIES:
        assert "whose?" not in other.get(path).text
    assert other.get("/statistics").json()["entries"] == 0
    assert other.get("/entries/months").json() == []
    assert owner.get(f"/entries/{entry['id']}").json() == entry
    assert owner.get("/statistics").json()["entries"] == 1


def test_nobody_removes_somebody_elses_token(two: tuple[Browser, Browser]) -> None:
    owner, other = two
    token = owner.post("/tokens", json={"name": "mine"}).json()["id"]
    assert other.delete(f"/tokens/{token}").status_code == 404
    assert [one["id"] for one in owner.get("/tokens").json()] == [token]


def test_totals_of_one_are_not_told_to_another_from_the_cache(
    database: URL, redis_port: int, box: Postbox, smtp_port: int, tmp_path: Path
) -> None:
    more = {"REDIS_URL": f"redis://127.0.0.1:{redis_port}/2", "STATS_CACHE_SECONDS": "600"}
    with services.service(database, tmp_path, **post.settings(smtp_port, **more)) as service:
        one, other = (post.sign_up(service, box, f"cached{number}@diary.test") for number in range(2))
        one.post("/entries", json={"title": "counted"})
        assert [one.get("/statistics").json()["cached"] for _ in range(2)] == [False, True]
        assert other.get("/statistics").json() == {"entries": 0, "characters": 0, "moods": {}, "days": [], "cached": False}


def test_search_and_months(diary: Service, box: Postbox) -> None:
    browser = post.sign_up(diary, box, "searches@diary.test")
    for title, body in (("100% sure", "Rain"), ("1000 sure", "비가 왔다"), ("back\\slash", "under_score")):
        browser.post("/entries", json={"title": title, "body": body, "mood": "good"})
    account = browser.get("/session").json()["id"]
    with psycopg.connect(services.plain(diary.url), autocommit=True) as connection:
        connection.execute(
            "UPDATE entries SET created_at = '2025-12-31 23:59:59+00' WHERE title = '1000 sure' AND owner_id = %s", [account]
        )

    def found(**query: str) -> list[str]:
        return [entry["title"] for entry in browser.get("/entries", params=query).json()["items"]]

    assert found(q="0%") == ["100% sure"]
    assert found(q="r_s") == ["back\\slash"]
    assert found(q="k\\s") == ["back\\slash"]
    assert found(q="rAIN") == ["100% sure"]
    assert found(q="비가") == ["1000 sure"]
    assert found(month="2025-12") == ["1000 sure"]
    assert found(month="2025-11") == found(month="2026-01") == []
    months = browser.get("/entries/months").json()
    assert [one["entries"] for one in months] == [2, 1] and months[1]["month"] == "2025-12"
    [day] = browser.get("/statistics").json()["days"]
    assert (day["entries"], day["mood"]) == (2, 4.0)
    for bad in ("month=2025-13", "month=2025", "q="):
        assert browser.get(f"/entries?{bad}").status_code == 422
