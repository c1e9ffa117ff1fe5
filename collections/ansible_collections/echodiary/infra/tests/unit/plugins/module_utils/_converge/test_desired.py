# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import base64
import os
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._converge import desired
from ansible_collections.echodiary.infra.plugins.module_utils._kinds import model
from ansible_collections.echodiary.infra.tests.unit.plugins.module_utils._converge.builders import directory, file, spec


def resolve(given: dict[str, Any], *, lenient: bool = False) -> desired.Desired:
    return desired.resolve(given, b"key", lenient)


def test_names_become_numbers_and_numbers_stay() -> None:
    entry = {**file("x", "640"), "owner": "root", "group": "0"}
    want = resolve(spec(files={"/x": entry}))
    assert want.values["/x"] | {"content": ""} == {"kind": "file", "content": "", "mode": "0640", "uid": 0, "gid": 0}
    assert want.files["/x"][:2] == (b"x", 0o640)


@pytest.mark.parametrize("side", ["owner", "group"])
def test_an_unknown_account_is_refused_with_path_and_name(side: str) -> None:
    with pytest.raises(model.ConvergeError, match=rf"^/x: unknown {side} 'nobody-here'") as caught:
        resolve(spec(files={"/x": {**file("x"), side: "nobody-here"}}))
    assert "\n" not in str(caught.value)


def test_an_account_that_this_run_creates_is_predicted_by_name() -> None:
    want = resolve(spec(directories={"/d": {**directory(), "owner": "coming"}}), lenient=True)
    assert want.values["/d"]["uid"] == "coming"


def test_sensitive_contents_appear_only_as_fingerprints() -> None:
    want = resolve(spec(files={"/x": file("hunter2", "0600", sensitive=True), "/y": file("hunter2")}))
    assert want.values["/x"]["content"] != want.values["/y"]["content"]
    assert want.values["/x"]["content"].startswith("hmac:")
    assert "hunter2" not in str(want.values)


def test_links_and_directories() -> None:
    want = resolve(spec(links={"/l": "/t"}, directories={"/d": directory("2755")}))
    assert want.values["/l"] == {"kind": "link", "target": "/t"}
    assert want.values["/d"] == {"kind": "directory", "mode": "2755", "uid": os.getuid(), "gid": os.getgid()}


def test_bytes_travel_whole() -> None:
    assert desired.decode({"b64": base64.b64encode(b"\x00\xff").decode()}) == b"\x00\xff"
    assert desired.decode("ü") == "ü".encode()


def test_the_digest_follows_contents_and_not_modes() -> None:
    one, mode, content = (resolve(spec(files={"/x": entry})) for entry in (file("a"), file("a", "0600"), file("b")))
    assert one.digest(["/x"]) == mode.digest(["/x"]) != content.digest(["/x"])
