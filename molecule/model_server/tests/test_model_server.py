# SPDX-License-Identifier: GPL-3.0-or-later
"""It answers where it was told, and nowhere else. What runs is a stand-in: no model is to be had here."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from testinfra.host import Host


def test_it_answers_on_the_address_that_it_was_told(host: Host, fetch: Callable[..., Any]) -> None:
    asked = json.dumps({"messages": [{"role": "user", "content": "one two"}], "max_tokens": 4})
    answer = fetch("http://127.0.0.1:8000/v1/chat/completions", "POST", asked)
    assert answer.json["usage"] == {"prompt_tokens": 2, "completion_tokens": 4, "total_tokens": 6}
    address = host.check_output("hostname -I").split()[0]
    assert host.run(f"python3 -c \"import socket; socket.create_connection(('{address}', 8000), 3)\"").rc != 0


def test_an_address_that_the_world_reaches_is_refused(converge: Callable[..., Any]) -> None:
    done = converge(model_server_bind="0.0.0.0")
    assert done["failed"] and "model_server_bind" in done["output"]


def test_its_token_is_in_one_file_that_only_root_reads(host: Host, converge: Callable[..., Any]) -> None:
    assert not converge(model_server_token="hf_of-somebody")["failed"]
    with host.sudo():
        assert "hf_of-somebody" in host.check_output("docker exec model-server-model_server-1 env")
        assert "hf_of-somebody" not in host.check_output(
            "cat /opt/echodiary/model_server/compose.yaml /var/lib/echodiary/components/model_server.json"
        )
        assert host.file("/etc/echodiary/model_server/token.env").mode == 0o600
