"""The API, over HTTP, on two workers and a real database."""

import pytest
from services import Service


def create(running: Service, **fields: object) -> dict[str, object]:
    answer = running.http.post("/entries", json={"title": "A day", **fields})
    assert answer.status_code == 201, answer.text
    entry: dict[str, object] = answer.json()
    return entry


def test_created_entry_is_read_back(running: Service) -> None:
    answer = running.http.post("/entries", json={"title": " Rain ", "body": "All day. 비가 왔다.", "mood": "good"})
    assert answer.status_code == 201
    entry = running.fresh(answer.headers["Location"]).json()
    assert entry == answer.json()
    assert (entry["title"], entry["body"], entry["mood"]) == ("Rain", "All day. 비가 왔다.", "good")


def test_update_changes_only_what_is_sent(running: Service) -> None:
    entry = create(running, body="first", mood="bad")
    changed = running.http.patch(f"/entries/{entry['id']}", json={"mood": None}).json()
    assert (changed["title"], changed["body"], changed["mood"]) == ("A day", "first", None)
    assert changed["created_at"] == entry["created_at"]
    assert changed["updated_at"] > entry["updated_at"]
    assert running.fresh(f"/entries/{entry['id']}").json() == changed


def test_deleted_entry_is_gone(running: Service) -> None:
    path = f"/entries/{create(running)['id']}"
    assert running.http.delete(path).status_code == 204
    for method in ("GET", "DELETE"):
        assert running.http.request(method, path).status_code == 404
    assert running.http.patch(path, json={"title": "x"}).status_code == 404


def test_pages_are_newest_first_and_lose_nothing_while_entries_arrive(running: Service) -> None:
    made = [create(running, title=f"page {number}")["id"] for number in range(7)]
    seen: list[object] = []
    cursor: str | None = ""
    while cursor is not None and len(seen) < 7:
        page = running.http.get("/entries", params={"limit": 3, **({"cursor": cursor} if cursor else {})}).json()
        seen += [entry["id"] for entry in page["items"]]
        cursor = page["next_cursor"]
        create(running, title="arrives between two pages")
    assert seen[:7] == made[::-1]


def test_last_page_has_no_cursor(running: Service) -> None:
    create(running)
    cursor, pages = None, 0
    while pages < 50:
        page = running.http.get("/entries", params={"limit": 5, **({"cursor": cursor} if cursor else {})}).json()
        cursor, pages = page["next_cursor"], pages + 1
        if cursor is None:
            return
    pytest.fail("paging does not end")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"title": ""},
        {"title": "   "},
        {"title": "x" * 201},
        {"title": "nul \x00"},
        {"title": "x", "mood": "meh"},
        {"title": "x", "id": 7},
        {"title": "x", "body": "y" * 100_001},
    ],
)
def test_bad_entries_are_refused(running: Service, body: dict[str, object]) -> None:
    assert running.http.post("/entries", json=body).status_code == 422


@pytest.mark.parametrize("body", [{}, {"title": None}, {"body": None}, {"mood": "meh"}])
def test_bad_changes_are_refused(running: Service, body: dict[str, object]) -> None:
    path = f"/entries/{create(running)['id']}"
    assert running.http.patch(path, json=body).status_code == 422


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "cursor=x", "cursor=bm9wZQ", "cursor=%F0%9F%98%80", "cursor=MjAyNnwx"])
def test_bad_pages_are_refused(running: Service, query: str) -> None:
    assert running.http.get(f"/entries?{query}").status_code == 422


@pytest.mark.parametrize("identity", ["0", "-1", str(2**63), "abc"])
def test_impossible_ids_are_refused(running: Service, identity: str) -> None:
    assert running.http.get(f"/entries/{identity}").status_code == 422
