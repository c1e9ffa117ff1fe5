# SPDX-License-Identifier: GPL-3.0-or-later
"""An image that cannot be had is told by what is to be done about it. The texts are Docker's own, 20.10 to 28."""

from __future__ import annotations

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._host import docker, http, registry
from ansible_collections.echodiary.infra.plugins.module_utils._kinds import model
from ansible_collections.echodiary.infra.plugins.module_utils._release import images

SILENT = [
    'Get "http://10.0.0.2:5000/v2/": net/http: request canceled (Client.Timeout exceeded while awaiting headers)',
    'Get "https://registry.example/v2/": dial tcp 10.0.0.2:443: connect: connection refused',
    'Get "https://registry.example/v2/": dial tcp 10.0.0.2:443: i/o timeout',
    'Get "https://registry.example/v2/": dial tcp: lookup registry.example on 10.0.0.1:53: no such host',
    'Get "https://registry.example/v2/": net/http: TLS handshake timeout',
    'Get "http://10.0.0.2:5000/v2/": EOF',
    "Get \"http://10.0.0.2:5000/v2/\": read tcp 10.0.0.3:4->10.0.0.2:5000: read: connection reset by peer",
    "received unexpected HTTP status: 503 Service Unavailable",
    "failed to do request: Head \"https://registry.example/v2/a/manifests/b\": context deadline exceeded",
    "TimeoutError: timed out",
    "docker: no end after 600 s",
]  # fmt: skip
DENIED = [
    "unauthorized: authentication required",
    'Head "https://registry.example/v2/a/manifests/b": no basic auth credentials',
    "pull access denied for a, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
    "denied: User: arn:aws:iam::1:user/x is not authorized to perform: ecr:BatchGetImage",
]
UNKNOWN = [
    "manifest unknown: manifest unknown",
    "manifest for 10.0.0.2:5000/a@sha256:0502503504 not found: manifest unknown: manifest unknown",
    "name unknown: repository name not known to registry",
    "errors: name_unknown",
]
OTHER = [
    "tls: failed to verify certificate: x509: certificate signed by unknown authority",
    "toomanyrequests: You have reached your limit",
    "",
]


@pytest.mark.parametrize(
    ("said", "kind"),
    [(said, kind) for kind, texts in (("silent", SILENT), ("denied", DENIED), ("unknown", UNKNOWN), ("other", OTHER)) for said in texts],
)
def test_what_docker_says_is_told_apart(said: str, kind: str) -> None:
    assert registry.kind(said) == kind
    told = registry.refusal("registry.example/diary:v2", said)
    assert told.startswith("unknown image") == (kind == "unknown")
    assert ("does not answer" in told) == (kind == "silent")
    assert ("rollback" in told) == (kind == "silent"), "what still works"
    assert ("docker login registry.example" in told) == (kind == "denied")
    assert "\n" not in told


@pytest.mark.parametrize(
    ("reference", "named"),
    [
        ("prom/prometheus@sha256:00", registry.HUB),
        ("redis:8", registry.HUB),
        ("10.0.0.2:5000/diary:v2", "10.0.0.2:5000"),
        ("localhost/diary", "localhost"),
        ("registry.example/team/diary:v2", "registry.example"),
    ],
)
def test_whose_image_it_is_is_read_as_docker_reads_it(reference: str, named: str) -> None:
    assert f"registry {named} does not answer" in registry.refusal(reference, SILENT[0])
    assert ("(docker login)" in registry.refusal(reference, DENIED[0])) == (named == registry.HUB)


@pytest.mark.parametrize("status", [0, 500])
def test_a_registry_that_does_not_answer_is_not_an_image_that_is_not_there(status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    text = SILENT[-2] if status == 0 else f'{{"message": "{SILENT[1].replace(chr(34), chr(39))}"}}'
    monkeypatch.setattr(docker, "get", lambda *_args, **_how: http.Answer(status, text))
    with pytest.raises(model.ConvergeError, match="does not answer") as told:
        images.resolve("registry.example/diary:v2")
    assert "unknown image" not in str(told.value)
