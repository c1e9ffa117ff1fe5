# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m benchmarks.pages`: how soon EchoDiary's pages can be used, in a real Chromium before the real application."""

from __future__ import annotations

import statistics
import time

from playwright.sync_api import Browser

from tests import browsing, pages
from tests.integration.front import stack
from tests.integration.front.people import People, Someone

ROUNDS = 15
ENTRIES = 200


def main() -> None:
    with stack.standing() as people, browsing.chromium() as browser:
        people.browser = browser
        mina = people.someone()
        for number in range(ENTRIES):
            mina.write(f"Day {number}", "It rained, and I did not mind. " * 20, "good")
        script = sum(path.stat().st_size for path in (pages.FRONTEND / "dist").rglob("*.js"))
        print(f"script: {script / 1024:.1f} KiB")
        tell("sign-in, nothing kept", [seconds(people, browser, None, "form button") for _ in range(ROUNDS)])
        tell(f"diary of {ENTRIES}, nothing kept", [seconds(people, browser, mina, ".row") for _ in range(ROUNDS)])
        people.leave()


def seconds(people: People, browser: Browser, who: Someone | None, there: str) -> float:
    """From asking for the page until what people came for is there and takes clicks."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    if who:
        context.add_cookies([{"name": name, "value": value, "url": people.edge.base} for name, value in who.http.cookies.items()])
    page = context.new_page()
    began = time.monotonic()
    page.goto(people.edge.base, wait_until="commit")
    page.locator(there).first.click(trial=True)
    took = time.monotonic() - began
    context.close()
    return took


def tell(what: str, taken: list[float]) -> None:
    print(f"{what}: median {statistics.median(taken):.2f} s, slowest {max(taken):.2f} s of {len(taken)}")


if __name__ == "__main__":
    main()
