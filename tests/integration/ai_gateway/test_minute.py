# SPDX-License-Identifier: GPL-3.0-or-later
"""A generation of a minute, over TLS, while the gateway is reloaded for other keys and for another certificate."""

from __future__ import annotations

import contextlib
import http.client
import json
import ssl
import threading
import time
from pathlib import Path

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._gateway import keys

from lab.cloud import authority
from tests.integration.ai_gateway import gateways
from tests.integration.ai_gateway.gateways import CHAT, chat, until

pytestmark = pytest.mark.full

WORDS = 120


def test_a_stream_of_a_minute_survives_reloads_and_another_certificate(tmp_path: Path) -> None:
    one, other = keys.made(), keys.made()
    first, second = (authority.alone(title, ["127.0.0.1"]) for title in ("first", "second"))
    served = {"ai_gateway_certificate": first.certificate.decode(), "ai_gateway_certificate_key": first.key.decode()}
    came: list[tuple[float, float]] = []
    with gateways.running(tmp_path, {"one": {"sha256": one.digest}}, **served) as gateway:
        trusted = ssl.create_default_context(cadata=first.certificate.decode() + second.certificate.decode())

        def status(key: str) -> int:
            with contextlib.closing(http.client.HTTPSConnection("127.0.0.1", gateway.port, timeout=30, context=trusted)) as connection:
                connection.request("POST", CHAT, json.dumps(chat()), {"Authorization": f"Bearer {key}"})
                return connection.getresponse().status

        def listen() -> None:
            with contextlib.closing(http.client.HTTPSConnection("127.0.0.1", gateway.port, timeout=30, context=trusted)) as connection:
                connection.request("POST", CHAT, json.dumps(chat(WORDS, stream=True, pause=0.5)), {"Authorization": f"Bearer {one.key}"})
                for line in connection.getresponse():
                    if b'"at"' in line:
                        came.append((time.time(), json.loads(line[6:])["at"]))  # noqa: PERF401

        until(lambda: status(one.key) == 200)
        thread = threading.Thread(target=listen)
        thread.start()
        until(lambda: len(came) > 2)
        both = {"one": {"sha256": one.digest}, "other": {"sha256": other.digest}}
        gateway.write(ai_gateway_keys=both)
        gateway.reload()
        until(lambda: status(other.key) == 200)
        again = {"ai_gateway_certificate": second.certificate.decode(), "ai_gateway_certificate_key": second.key.decode()}
        gateway.write(ai_gateway_keys=both, **again)
        gateway.reload()
        until(lambda: ssl.get_server_certificate(("127.0.0.1", gateway.port)).strip() == second.certificate.decode().strip())
        assert status(one.key) == 200
        assert thread.is_alive() and len(came) < WORDS / 2, "all of it happened within the stream"
        thread.join(90)
        assert len(came) == WORDS
        assert max(arrived - said for arrived, said in came) < 1
        assert until(lambda: gateway.used()['ai_gateway_tokens_total{key="one",kind="completion"}']) >= WORDS
