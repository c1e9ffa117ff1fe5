# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import copy
import hashlib
import hmac
import json
from typing import Any

from ansible_collections.echodiary.infra.plugins.module_utils._host import fingerprints, inspected
from hypothesis import given
from hypothesis import strategies as st

KEY, OTHER = b"k" * 32, b"o" * 32
ID = "0123456789ab" + "c" * 52
INSPECT: dict[str, Any] = {
    "Id": ID,
    "Name": "/web-web-1",
    "Image": "sha256:one",
    "State": {"Status": "running"},
    "Config": {
        "Hostname": ID[:12],
        "Cmd": ["serve"],
        "Env": ["PASSWORD=hunter22", "PATH=/bin"],
        "Labels": {"com.docker.compose.config-hash": "abc", "for": "users"},
        "ExposedPorts": {"80/tcp": {}},
    },
    "HostConfig": {"Privileged": False, "CapAdd": ["B", "A"], "Dns": [], "MaskedPaths": ["/proc/acpi"], "PortBindings": None},
    "Mounts": [
        {"Type": "volume", "Name": "a1" * 32, "Source": "/var/lib/docker/volumes/a1", "Destination": "/data", "RW": True},
        {"Type": "bind", "Source": "/srv", "Destination": "/srv", "RW": False, "Propagation": "rprivate"},
    ],
    "NetworkSettings": {"Networks": {"web_default": {"Aliases": ["web", ID[:12]], "IPAMConfig": None}}},
}


def made(key: bytes = KEY, **config: Any) -> dict[str, Any]:
    found = copy.deepcopy(INSPECT)
    found["Config"].update(config)
    return dict(inspected.made(found, key))  # type: ignore[arg-type]


def test_what_the_engine_fills_in_is_no_part_of_it() -> None:
    again = json.loads(json.dumps(INSPECT).replace(ID, "f" * 64).replace(ID[:12], "f" * 12).replace("a1" * 32, "b2" * 32))
    again["Config"]["Labels"]["com.docker.compose.version"] = "9"
    again["HostConfig"].update({"CapAdd": ["A", "B"], "Dns": None, "PortBindings": {}})
    assert inspected.made(again, KEY) == made()
    assert {"hostname", "dns", "privileged", "ports", "system_paths"}.isdisjoint(made())


def test_values_of_the_environment_are_told_by_keyed_fingerprints_alone() -> None:
    told = inspected.differences(made(Env=["PASSWORD=hunter23", "PATH=/bin", "NEW="]), made())
    assert told.keys() == {"environment PASSWORD", "environment NEW"}
    assert "hunter2" not in json.dumps([told, made()])
    assert told["environment NEW"][1] is None


def test_under_another_key_nothing_is_said_of_the_environment() -> None:
    assert inspected.differences(made(OTHER, Env=["PASSWORD=other"]), made()) == {}


def test_an_alias_that_went_is_named_with_its_network_and_a_lost_network_is_not_this_ones_to_tell() -> None:
    back, lost = copy.deepcopy(INSPECT), copy.deepcopy(INSPECT)
    back["NetworkSettings"]["Networks"]["web_default"]["Aliases"] = None
    lost["NetworkSettings"]["Networks"] = {}
    assert list(inspected.differences(inspected.made(back, KEY), made())) == ["network web_default"]  # type: ignore[arg-type]
    assert inspected.differences(inspected.made(lost, KEY), made()) == {}  # type: ignore[arg-type]


def test_a_difference_is_what_was_found_and_what_we_made() -> None:
    assert inspected.differences(made(Cmd=["other"]), made()) == {"command": [["other"], ["serve"]]}
    assert inspected.differences(made(User="root"), made()) == {"user": ["root", None]}


@given(st.binary(max_size=64), st.binary(max_size=300))
def test_fingerprints_are_those_of_the_standard_library(key: bytes, content: bytes) -> None:
    assert fingerprints.fingerprint(key, content) == "hmac:" + hmac.new(key, content, hashlib.sha256).hexdigest()[:16]
