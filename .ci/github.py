# SPDX-License-Identifier: GPL-3.0-or-later
"""What the pipelines say on GitHub: one issue per environment that drifts, one comment per pull request and environment. Through gh."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from gitops.exits import GOOD, MEANINGS

TIMEOUT = 60
LIMIT = 60_000  # GitHub takes 65536 characters of text
LABEL = "drift"


def main(arguments: list[str]) -> int:
    options = _parser().parse_args(arguments)
    try:
        said = issue(options) if options.what == "issue" else comment(options)
    except GhError as error:
        sys.stderr.write(f"github: {error}\n")
        return 1
    sys.stdout.write(f"{said}\n")
    return 0


class GhError(Exception):
    """gh could not do it; the message is gh's."""


# An issue per environment: opened, updated and closed, never a second one.


def issue(options: argparse.Namespace) -> str:
    title = f"Drift in {options.environment}"
    code, verdict, body = finding(options)
    number = _open_issue(title)
    if code == GOOD:
        if number:
            gh("issue", "close", number, "--comment", f"In sync and healthy again. {run()}")
        return f"issue {number} closed" if number else "nothing to say"
    text = limited(f"**{options.environment}**: {verdict}. {run()}", body)
    if number:
        gh("issue", "edit", number, "--body-file", "-", given=text)
        return f"issue {number} updated"
    gh("label", "create", LABEL, "--force", "--color", "d4c5f9", "--description", "What runs is not what git says")
    url = gh("issue", "create", "--title", title, "--label", LABEL, "--body-file", "-", given=text)
    return f"issue opened: {url.strip()}"


def _open_issue(title: str) -> str:
    found = gh("issue", "list", "--state", "open", "--label", LABEL, "--limit", "100", "--json", "number,title")
    return next((str(one["number"]) for one in json.loads(found or "[]") if one["title"] == title), "")


# A comment per environment: found again by a mark that only people who look at the source see.


def comment(options: argparse.Namespace) -> str:
    mark = f"<!-- plan of {options.environment} -->"
    _code, verdict, body = finding(options)
    text = limited(f"{mark}\n### What this would change in {options.environment}: {verdict}\n\n{run()}", body)
    repository = os.environ["GITHUB_REPOSITORY"]
    number = _comment(repository, options.number, mark)
    payload = json.dumps({"body": text})
    if number:
        gh("api", "--method", "PATCH", f"repos/{repository}/issues/comments/{number}", "--input", "-", given=payload)
        return f"comment {number} updated"
    gh("api", "--method", "POST", f"repos/{repository}/issues/{options.number}/comments", "--input", "-", given=payload)
    return "comment written"


def _comment(repository: str, number: int, mark: str) -> str:
    pages = gh("api", "--paginate", "--slurp", f"repos/{repository}/issues/{number}/comments?per_page=100")
    comments: list[dict[str, Any]] = [one for page in json.loads(pages or "[]") for one in page]
    return next((str(one["id"]) for one in comments if str(one["body"]).startswith(mark)), "")


# What was found


def finding(options: argparse.Namespace) -> tuple[int, str, str]:
    """Exit code of the comparison, what it means, and the report. A comparison that never came about is an error, too."""
    report = Path(options.reports) / f"{options.environment}.md"
    code_file = report.with_suffix(".code")
    code = int(code_file.read_text(encoding="utf-8")) if code_file.exists() else 1
    body = report.read_text(encoding="utf-8") if report.exists() else "There is no report; the run says why."
    return code, MEANINGS.get(code, MEANINGS[1]), body


def run() -> str:
    parts = [os.environ.get(name, "") for name in ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")]
    return "[This run]({}/{}/actions/runs/{}).".format(*parts) if all(parts) else ""


def limited(head: str, body: str) -> str:
    text = f"{head}\n\n{body}"
    return text if len(text) <= LIMIT else f"{text[:LIMIT]}\n\n… cut here; the whole report is an artefact of the run."


def gh(*words: str, given: str = "") -> str:
    try:
        done = subprocess.run(["gh", *words], input=given, capture_output=True, text=True, timeout=TIMEOUT, check=False)
    except subprocess.TimeoutExpired as error:
        raise GhError(f"gh {words[0]} had no end after {TIMEOUT} s; run the job again") from error
    if done.returncode:
        raise GhError(f"gh {' '.join(words[:2])} failed: {done.stderr.strip() or done.returncode}; see the job's permissions and GH_TOKEN")
    return done.stdout


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", default=".reports", help="where .ci/look left them")
    whats = parser.add_subparsers(dest="what", required=True)
    for what in ("issue", "comment"):
        whats.add_parser(what).add_argument("--environment", required=True)
    whats.choices["comment"].add_argument("--number", type=int, required=True, help="of the pull request")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
