# SPDX-License-Identifier: GPL-3.0-or-later
"""GitHub Actions: runs of a repository's workflows on a branch.

Written from the documentation of its REST API (version 2022-11-28, "List workflow runs for a repository"), and tried against an imitation
of that only: ``GET /repos/{owner}/{repo}/actions/runs`` with ``branch``, ``status``, ``created``, ``per_page`` and ``page``; of a search
1000 runs are had at most. ``run_started_at`` begins anew with each attempt. When a run ended is not among its fields: what is over is not
updated any more, so ``updated_at`` stands for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from urllib.parse import urlencode

from ...module_utils._host import http
from .._common import timestamps
from .._common.errors import SpecError
from .shapes import Run

URL = "https://api.github.com"
TIMEOUT = 20.0
#: of a page, whose bodies are bounded; and as many pages as the documentation's 1000 runs take
PER_PAGE, PAGES = 30, 34
_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+", re.ASCII)
_MENDS = {
    401: "the token is not taken; give another as delivery_github_token",
    403: "the token may not read Actions of that repository (permission Actions: read), or has asked too often",
    404: "there is no such repository, or the token may not see it (delivery_github_repository)",
}

Ask = Callable[[str, http.Content], http.Answer]


def ask(url: str, content: http.Content) -> http.Answer:
    return http.request("GET", url, TIMEOUT, content)


class GitHub(NamedTuple):
    """``repository``: owner/name; ``token``: empty where anybody may read."""

    repository: str
    branch: str
    token: str = ""
    url: str = URL
    ask: Ask = ask

    def runs(self, since: float) -> list[Run]:
        if not _REPOSITORY.fullmatch(self.repository):
            raise SpecError(f"delivery_github_repository: {self.repository!r} has to be owner/name")
        return [run for page in self._pages(since) for one in page if (run := _run(one))]

    def _pages(self, since: float) -> Iterator[list[dict[str, Any]]]:
        for number in range(1, PAGES + 1):
            page = self._page(since, number)
            yield page
            if len(page) < PER_PAGE:
                return

    def _page(self, since: float, number: int) -> list[dict[str, Any]]:
        asked = {"branch": self.branch, "status": "completed", "created": f">={timestamps.to_text(since)}", "exclude_pull_requests": "true"}
        where = f"{self.url.rstrip('/')}/repos/{self.repository}/actions/runs?{urlencode({**asked, 'per_page': PER_PAGE, 'page': number})}"
        answer = self.ask(where, http.Content(None, self._headers()))
        document = answer.json()
        if answer.status != 200 or not isinstance(document, dict) or not isinstance(document.get("workflow_runs"), list):
            raise SpecError(f"{self.repository}: {_why(answer)}")
        found: list[dict[str, Any]] = document["workflow_runs"]
        return found

    def _headers(self) -> dict[str, str]:
        known = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28", "User-Agent": "echodiary.infra"}
        return {**known, **({"Authorization": f"Bearer {self.token}"} if self.token else {})}


def _why(answer: http.Answer) -> str:
    if answer.status == 0:
        return f"GitHub does not answer: {answer.text[:200]}"
    if answer.status == 200:
        return "GitHub answered what is no list of runs"
    return f"GitHub answers {answer.status}: {_MENDS.get(answer.status, answer.text[:200])}"


def _run(one: dict[str, Any]) -> Run | None:
    """None where it does not say what it was, or how it ended."""
    if not one.get("name") or not one.get("conclusion"):
        return None
    return Run(str(one["name"]), str(one["conclusion"]), _seconds(one))


def _seconds(one: dict[str, Any]) -> float | None:
    try:
        return max(0.0, timestamps.between(str(one["run_started_at"]), str(one["updated_at"])))
    except (KeyError, ValueError):
        return None
