"""What the service says of itself (its OpenAPI document) is what it does, whatever it is asked."""

import base64
import subprocess
import sys
from pathlib import Path

import httpx
import post
import pytest
from post import Postbox
from services import Service

from echodiary import paging

#: the same requests in every run; more, and others, are a matter of minutes: `st run …/openapi.json`
SEED, EXAMPLES = 7, 12
SELF_ENDING = ("sign_out_everywhere_sessions_delete", "remove_tokens__token_id__delete")
#: what is refused though its form is right: a link that nobody was sent
GUESSED = """
[[operations]]
include-path = ["/accounts/verify", "/password"]
[operations.checks.positive_data_acceptance]
expected-statuses = ["2xx", "400", "401", "403", "404", "409", "429", "5xx"]
"""


def test_it_answers_as_its_document_says(diary: Service, box: Postbox, tmp_path: Path) -> None:
    """Asked by a program, all but what would take its token from it."""
    token = post.sign_up(diary, box, "contract@diary.test").post("/tokens", json={"name": "contract"}).json()["token"]
    program = str(Path(sys.executable).with_name("st"))
    words = [f"--seed={SEED}", f"--max-examples={EXAMPLES}", "--request-timeout=30", "--no-color"]
    words += [f"--header=Authorization: Bearer {token}", *(f"--exclude-operation-id={name}" for name in SELF_ENDING)]
    (tmp_path / "schemathesis.toml").write_text(GUESSED)
    done = subprocess.run([program, "run", f"{diary.base}/openapi.json", *words], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "26 selected / 28 total" in done.stdout, done.stdout


@pytest.mark.parametrize(("path", "methods"), [("/entries", {"GET", "POST"}), ("/entries/1", {"GET", "PATCH", "DELETE"})])
def test_another_method_is_told_which_there_are(running: Service, path: str, methods: set[str]) -> None:
    answer = httpx.put(running.base + path)
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == methods


@pytest.mark.parametrize("title", [None, "", "   ", "\u00a0"])
def test_a_title_stays_when_it_cannot_be_replaced(running: Service, title: str | None) -> None:
    entry = running.http.post("/entries", json={"title": "stays"}).json()["id"]
    assert running.http.patch(f"/entries/{entry}", json={"title": title}).status_code == 422
    assert running.http.get(f"/entries/{entry}").json()["title"] == "stays"


def test_a_page_of_the_release_before_is_gone_on_with(running: Service) -> None:
    """While a fleet rolls, the next page is asked of another release than the first."""
    for number in range(3):
        running.http.post("/entries", json={"title": f"page {number}"})
    page = running.http.get("/entries", params={"limit": 1}).json()
    place = paging.decode(page["next_cursor"])
    raw = f"{place.created_at.isoformat()}|{place.id}".encode()
    before = base64.urlsafe_b64encode(raw).decode().rstrip("=")
    again = running.http.get("/entries", params={"limit": 1, "cursor": before}).json()
    assert again == running.http.get("/entries", params={"limit": 1, "cursor": page["next_cursor"]}).json()
