# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller only: a file of prices, read anew from AWS's public price list, which takes no credentials."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypedDict

from ansible.module_utils.urls import open_url
from ansible.utils.display import Display

from ..module_utils._ledger import files
from ..plugin_utils._calls.base import LocalAction
from ..plugin_utils._common.errors import SpecError
from ..plugin_utils._prices import file, refresh

display = Display()
_TIMEOUT = 60.0


class Options(TypedDict):
    region: str
    prices: str | None
    source: str | None


class ActionModule(LocalAction[Options]):
    """``echodiary.infra.account_prices: {region: ap-northeast-2}``"""

    ARGUMENTS = {
        "region": {"type": "str", "required": True},
        "prices": {"type": "path"},
        "source": {"type": "path"},
    }

    def _answer(self, args: Options) -> dict[str, Any]:
        path = Path(args["prices"] or file.path_of(args["region"]))
        known = file.load(args["region"], str(path))
        told: list[str] = []
        with contextlib.ExitStack() as opened:

            def lines(offer: str, region: str) -> Iterator[str]:
                return opened.enter_context(_opened(offer, region, args["source"]))

            document = refresh.refreshed(known, lines, told.append)
        for line in told:
            display.display(f"  {line}")
        changed = document != refresh.document(known)
        if changed and not self._check:
            try:
                files.write_json(str(path), document, 0o644)
            except OSError as error:
                raise SpecError(f"{path} cannot be written ({error}); name another file: -e cost_prices=<copy of it>") from error
        return {"changed": changed, "told": told, "msg": f"{path}: {len(known.lines)} prices"}


@contextlib.contextmanager
def _opened(offer: str, region: str, source: str | None) -> Iterator[Iterator[str]]:
    """``source``: a directory of files that somebody has fetched already, one for each offer."""
    if source:
        with (Path(source) / f"{offer}.csv").open(encoding="utf-8", newline="") as text:
            yield text
        return
    with open_url(refresh.URL.format(offer=offer, region=region), timeout=_TIMEOUT) as answer:
        yield io.TextIOWrapper(answer, encoding="utf-8", newline="")
