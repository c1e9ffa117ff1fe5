# SPDX-License-Identifier: GPL-3.0-or-later
"""Every line here holds ``hunter22x`` as something secret; after it, whoever reads the line knows the rest and not that."""

from __future__ import annotations

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._diagnose import redact

SECRET = "hunter22x"

LINES = [
    f"DATABASE_URL=postgresql+psycopg://echodiary:{SECRET}@10.0.0.3:5432/echodiary",
    f"redis://:{SECRET}@10.0.0.4:6379/0",
    f"connect to https://ann:p@ss{SECRET}@example.net failed",
    f'{{"password": "{SECRET}", "user": "ann"}}',
    f'{{"log": "{{\\"db_password\\": \\"{SECRET}\\"}}"}}',
    f"password: {SECRET}",
    f"PGPASSWORD={SECRET} psql",
    f"AWS_SECRET_ACCESS_KEY={SECRET}",
    f"/usr/bin/tool --password {SECRET} --host db",
    f"/usr/bin/tool --api-key={SECRET}",
    f"curl -H 'Authorization: Bearer {SECRET}'",
    f"authorization: Basic {SECRET}",
    f"Cookie: session={SECRET}; theme=dark",
    f"ALTER ROLE echodiary PASSWORD '{SECRET}'",
    f"ALTER ROLE echodiary PASSWORD 'SCRAM-SHA-256$4096:{SECRET}$a:b'",
    f"GET /entries?token={SECRET}&limit=1",
    f"https://hooks.slack.com/services/T000/B000/{SECRET}",
    f"https://discord.com/api/webhooks/1234/{SECRET}",
    f"-----BEGIN OPENSSH PRIVATE KEY-----\n{SECRET}\n-----END OPENSSH PRIVATE KEY-----",
    f"-----BEGIN PRIVATE KEY-----\n{SECRET}",
    f"xoxb-123456-{SECRET}",
    f"ghp_{SECRET}{SECRET}",
]


@pytest.mark.parametrize("line", LINES)
def test_what_looks_like_a_secret_goes(line: str) -> None:
    assert SECRET not in redact.redact(line, [])


@pytest.mark.parametrize("word", ["AKIA" + "ABCDEFGHIJKLMNOP", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"])
def test_what_is_a_credential_by_its_shape_goes(word: str) -> None:
    assert word not in redact.redact(f"called with {word}", [])


@pytest.mark.parametrize(
    "line",
    [
        "GET /entries?limit=1 HTTP/1.1 200 0.012 s",
        "app1 haproxy[12]: Server echodiary/blue is UP",
        "pid 12 (echodiary, echodiary-api/1.2 from 10.0.0.1, idle for 12 s: SELECT 1)",
        "http://127.0.0.1:8001/ready",
        "image registry:5000/echodiary@sha256:0123456789abcdef",
    ],
)
def test_what_is_none_stays(line: str) -> None:
    assert redact.redact(line, []) == line


@pytest.mark.parametrize("value", ["pl ain/with#signs", 'quo"ted', "back\\slash"])
def test_known_values_go_wherever_and_however_they_stand(value: str) -> None:
    from urllib.parse import quote

    known = redact.values([value])
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    text = redact.redact(f"a {value} b {quote(value, safe='')} c {escaped}", known)
    assert value not in text and quote(value, safe="") not in text and escaped not in text


def test_a_value_that_is_part_of_another_leaves_no_tail() -> None:
    assert redact.redact("longer-secret", redact.values(["longer", "longer-secret"])) == redact.MASK


def test_short_values_do_not_eat_the_text() -> None:
    assert redact.values(["abc", " "]) == []
