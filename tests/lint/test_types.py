# SPDX-License-Identifier: GPL-3.0-or-later
"""What functions of the collection are given has a shape. The bound only ever goes down."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lint import types

PLUGINS = Path(__file__).parents[2] / "collections/ansible_collections/echodiary/infra/plugins"

#: percent of all parameters
BOUND = 6


def test_parameters_have_shapes() -> None:
    problem = types.report(types.parameters(types.files(PLUGINS)), BOUND)
    assert not problem, problem


@pytest.mark.parametrize(
    "annotation",
    [
        "Any",
        "typing.Any",
        "object",
        "dict[str, Any]",
        "'dict[str, object]'",
        "Callable[[Any], str]",
        "Entry",
        "Entries",
        "shapes.Entry",
        "Taken",
    ],
)
def test_what_has_no_shape_is_found(annotation: str) -> None:
    assert [one.shapeless for one in given(f"def f(x: {annotation}) -> None: ...")] == [True]


@pytest.mark.parametrize("annotation", ["int", "Record", "shapes.Record", "dict[str, Json]", "other.Entry", "Literal['to be']"])
def test_what_has_one_passes(annotation: str) -> None:
    assert [one.shapeless for one in given(f"def f(x: {annotation}) -> None: ...")] == [False]


def test_the_receiver_and_what_is_not_annotated_do_not_count() -> None:
    assert given("class C:\n    def f(self: Any, x) -> None: ...") == []


def test_every_way_to_take_a_parameter_counts() -> None:
    assert len(given("async def f(a: Any, /, b: Any, *c: Any, d: Any, **e: Any) -> None: ...")) == 5


def test_the_message_says_where_to_begin() -> None:
    found = given("def f(x: int) -> None: ...\ndef g(y: Any) -> None: ...")
    assert types.report(found, 50) == ""
    assert types.report(found, 49).splitlines()[1] == "    1 package/own.py: line 3, g(y: Any)"


SHAPES = "Entry = dict[str, Any]\nEntries = list[Entry]\nclass Record(TypedDict): ...\nTaken = Mapping[str, object]"


def given(source: str) -> list[types.Parameter]:
    """Of ``source``, beside a file of aliases."""
    beside = types.read(Path("package/shapes.py"), SHAPES)
    own = types.read(Path("package/own.py"), f"from . import shapes, other; from .shapes import Entry, Entries, Taken\n{source}")
    return types.parameters([beside, own])
