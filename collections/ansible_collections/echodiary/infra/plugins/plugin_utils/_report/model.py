# SPDX-License-Identifier: GPL-3.0-or-later
"""The report: sections, made of what every form can show. Pure.

What is not known is None until it is put into words, and is never taken for 0 or for good.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ...module_utils._kinds.model import Json

#: ``absent``: there is nothing of the kind here, and nobody misses it
State = Literal["good", "bad", "unknown", "absent"]
UNKNOWN: Final = "unknown"
NO_FIGURES: Final[Mapping[str, Json]] = {}


class Todo(NamedTuple):
    """``urgent``: users notice it, or data may be lost. ``command``: runs as it is printed; empty where people have to look."""

    text: str
    command: str
    urgent: bool = False


class Tile(NamedTuple):
    label: str
    value: str
    note: str = ""
    state: State = "good"


class Table(NamedTuple):
    """``numbers``: columns that are set to the right."""

    head: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    numbers: frozenset[int] = frozenset()


class Line(NamedTuple):
    """``values``: one for each day, None where it is not known."""

    name: str
    values: Sequence[float | None]


class Chart(NamedTuple):
    """``days``: what stands below it; ``limit``: a line across, None for none. ``form``: how a value is written, as ``{:.2f} %``.
    ``least``: differences below it are none that anybody should see."""

    title: str
    days: list[str]
    lines: list[Line]
    form: str
    least: float
    limit: float | None = None


class Section(NamedTuple):
    """``said``: one line of what is the matter, or that nothing is. ``figures``: the numbers themselves."""

    key: str
    title: str
    state: State
    said: str
    tiles: Sequence[Tile] = ()
    tables: Sequence[Table] = ()
    charts: Sequence[Chart] = ()
    notes: Sequence[str] = ()
    todos: Sequence[Todo] = ()
    figures: Mapping[str, Json] = NO_FIGURES


class Report(NamedTuple):
    """``begin``, ``end``: as text, UTC. ``notes``: about all of it."""

    environment: str
    begin: str
    end: str
    days: int
    sections: list[Section]
    notes: list[str]

    @property
    def todos(self) -> list[Todo]:
        """What is urgent first; of each kind in the order of sections."""
        return sorted((todo for one in self.sections for todo in one.todos), key=lambda todo: not todo.urgent)

    @property
    def unknown(self) -> list[Section]:
        return [one for one in self.sections if one.state == "unknown"]

    @property
    def headline(self) -> str:
        """Never more than is known."""
        if self.todos:
            count = len(self.todos)
            return f"{count} {'thing' if count == 1 else 'things'} to do"
        if self.unknown:
            return f"nothing known to do; not known: {', '.join(one.title.lower() for one in self.unknown)}"
        return "nothing to do"


def unknown(key: str, title: str, why: str) -> Section:
    """A source that did not answer."""
    return Section(key, title, "unknown", f"not known: {why}")


def absent(key: str, title: str, why: str) -> Section:
    return Section(key, title, "absent", why)
