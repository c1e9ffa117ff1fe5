# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host sees of an image and of its copy, read from what the kernel, Docker and Compose say."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._contract import image, metrics, sockets, throwaway, trial, workspace


@pytest.mark.parametrize(("family", "address"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::1")])
def test_a_socket_is_found_where_it_listens(family: socket.AddressFamily, address: str) -> None:
    with socket.socket(family) as one:
        try:
            one.bind((address, 0))
        except OSError:
            pytest.skip("no IPv6 here")
        place = (address, one.getsockname()[1])
        assert place not in sockets.listening(os.getpid()), "bound is not yet listening"
        one.listen()
        assert place in sockets.listening(os.getpid())


@pytest.mark.parametrize(
    ("word", "place"), [("0100007F:1F40", ("127.0.0.1", 8000)), ("0000000000000000FFFF00000100007F:1F40", ("::ffff:127.0.0.1", 8000))]
)
@pytest.mark.skipif(sys.byteorder != "little", reason="as a little-endian kernel writes it")
def test_the_kernels_words_are_read(word: str, place: tuple[str, int]) -> None:
    rows = ["  sl  local_address rem_address   st", f"   0: {word} 00000000:0000 0A 0", f"   1: {word} 00000000:0000 01 0"]
    assert sockets.parsed("\n".join(rows)) == [place]


@pytest.mark.parametrize(("handler", "handles"), [("signal.signal(signal.SIGTERM, print)", True), ("pass", False)])
def test_whether_a_process_does_something_about_a_signal(handler: str, handles: bool) -> None:
    program = f"import signal, sys; {handler}; print(flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as one:
        assert one.stdout and one.stdout.readline()
        found = sockets.process(one.pid, "SIGTERM")
        one.kill()
    assert (found["uid"], found["handles"]) == (os.geteuid(), handles)


@pytest.mark.parametrize(
    ("words", "number"), [("SIGQUIT", signal.SIGQUIT), ("QUIT", signal.SIGQUIT), ("3", 3), ("SIGNONE", signal.SIGTERM)]
)
def test_a_signal_as_a_dockerfile_names_it(words: str, number: int) -> None:
    assert sockets.number(words) == number


def test_a_process_that_is_gone_listens_nowhere() -> None:
    assert sockets.listening(2**22 + 1) == []


@pytest.mark.parametrize(
    ("text", "samples", "wrong"),
    [
        ("# HELP a b\n# TYPE a counter\na 1\n", 1, ""),
        ('a{x="1",y="a \\"b\\" }"} 1.5e-3 1700000000000\nb NaN\nc +Inf\nd{} -3', 4, ""),
        ('a_bucket{le="0.5"} 3 # {trace="x"} 0.4\n# EOF\n', 1, ""),
        ("<html>\n", 0, "<html>"),
        ('{"a": 1}', 0, '{"a": 1}'),
        ("a one", 0, "a one"),
        ("", 0, ""),
        ("# HELP a b\n", 0, ""),
    ],
)
def test_prometheus_text_format(text: str, samples: int, wrong: str) -> None:
    assert metrics.read(text) == (samples, wrong)


@pytest.mark.parametrize(
    ("entry", "found"),
    [
        ("API_TOKEN=abcdef", ["API_TOKEN"]),
        ("DATABASE_URL=postgresql://app:hush-hush@db/app", ["DATABASE_URL"]),
        ("API_TOKEN=", []),
        ("PASSWORD_FILE=/run/secrets/password", []),
        ("GPG_KEY=A035C8C19219BA821ECEA86B64E628F8D684696D", []),
        ("PATH=/usr/bin:/bin", []),
    ],
)
def test_secrets_of_an_image_are_told_by_name(entry: str, found: list[str]) -> None:
    assert image.secrets([entry]) == found


@pytest.mark.parametrize(
    ("changed", "mounts", "left"),
    [
        (["/app", "/app/cache", "/app/cache/entry"], [], ["/app/cache/entry"]),
        # made for what is mounted
        (["/srv", "/srv/data", "/run", "/run/secrets"], ["/srv/data", "/run/secrets/x"], []),
        (["/etc", "/etc/hosts", "/etc/resolv.conf", "/dev", "/dev/console"], [], []),
        # Docker's own first process
        (["/sbin", "/sbin/docker-init"], [], []),
        (["/usr", "/usr/sbin", "/usr/sbin/docker-init"], [], []),
        # a file came and went
        (["/var", "/var/tmp"], [], ["/var/tmp"]),
        (["/data/x", "/database"], ["/data"], ["/database"]),
        (["/etc", "/etc/nginx", "/etc/nginx/nginx.conf"], [], ["/etc/nginx/nginx.conf"]),
    ],
)
def test_what_was_written_is_told_by_its_file(changed: list[str], mounts: list[str], left: list[str]) -> None:
    assert trial.written(changed, mounts) == left


def compose(**service: Any) -> dict[str, Any]:
    own = {"image": "shop:1", "ports": [{"target": 8000, "published": "40001", "host_ip": "127.0.0.1"}], **service}
    return {"name": "shop-preflight", "services": {"web": own, "cache": {"image": "redis", "restart": "always"}}}


def test_the_service_as_compose_reads_it() -> None:
    assert workspace.described(compose(user="1000", mem_limit="67108864"), "web", 40001) == {
        "user": "1000",
        "port": 8000,
        "shared": [],
        "limit": 67108864,
    }
    assert workspace.described(compose(ports=[]), "web", 40001)["port"] == 0


@pytest.mark.parametrize(
    ("service", "shared"),
    [
        (
            {"ports": [{"target": 8000, "published": "40001"}, {"target": 9000, "published": "9000"}]},
            ["port 9000 of the host (service web)"],
        ),
        ({"ports": [{"target": 8000, "published": "40001"}, {"target": 9000}]}, []),
        ({"container_name": "shop"}, ["container name shop (service web)"]),
        ({"container_name": "shop-preflight"}, []),
    ],
)
def test_what_two_copies_cannot_both_have(service: dict[str, Any], shared: list[str]) -> None:
    assert workspace.shared(compose(**service), 40001) == shared


def test_a_copy_takes_nothing_away_that_others_have() -> None:
    document = {
        **compose(container_name="shop", read_only=True, environment={"A": "5$$"}),
        "volumes": {"own": {"name": "shop-preflight_own"}, "kept": {"name": "shop-kept"}},
        "networks": {"default": {"name": "shop-preflight_default"}, "edge": {"name": "edge", "driver": "bridge"}},
    }
    tried = throwaway.copied(document, "web", {"shop-kept", "another"}, {"edge"})
    assert tried["volumes"] == {"own": {"name": "shop-preflight_own"}, "kept": {"name": "shop-kept", "external": True}}
    assert tried["networks"] == {"default": {"name": "shop-preflight_default"}, "edge": {"name": "edge", "external": True}}
    web = tried["services"]["web"]
    assert (web["restart"], web["read_only"], "container_name" in web, web["environment"]) == ("no", False, False, {"A": "5$$"})
    assert document["services"]["web"]["read_only"] is True, "what was read stays as it is"
    assert {one["restart"] for one in tried["services"].values()} == {"no"}
