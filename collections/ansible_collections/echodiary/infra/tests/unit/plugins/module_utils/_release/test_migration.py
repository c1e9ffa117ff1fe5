# SPDX-License-Identifier: GPL-3.0-or-later
"""A command that brings the schema along: how it is started, what is told of it, and what is kept to oneself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._host.run import Ran
from ansible_collections.echodiary.infra.plugins.module_utils._kinds import model
from ansible_collections.echodiary.infra.plugins.module_utils._release import migration

POLICY: Any = {
    "command": ["bin/migrate", "up"],
    "env_file": "shop.env",
    "volumes": ["{directory}/tls:/tls:ro"],
    "allow": [],
    "timeout": 9.0,
}
SPEC: Any = {
    "name": "shop",
    "secrets": ["sesame"],
    "compose": {"services": {"web": {"environment": {"MODE": "live", "LISTEN": "0.0.0.0:${PORT}"}}}},
    "release": {"service": "web"},
}


class Docker:
    def __init__(self, *answers: Ran) -> None:
        self.answers, self.asked = list(answers), list[list[str]]()

    def __call__(self, command: list[str], timeout: float = 60) -> Ran:
        self.asked.append(command)
        return self.answers.pop(0)


@pytest.fixture
def staged(tmp_path: Path) -> Any:
    (tmp_path / "shop.env").write_text("DATABASE_URL=postgresql://shop:hush-hush@db/shop\n")
    return {"directory": str(tmp_path), "image": "r/shop@sha256:2"}


def run(monkeypatch: pytest.MonkeyPatch, staged: Any, *answers: Ran) -> tuple[Docker, Any]:
    docker = Docker(*answers)
    monkeypatch.setattr(migration, "run", docker)
    return docker, migration.migrate(SPEC, POLICY, staged)


def test_it_runs_as_a_plain_process_of_the_new_image_and_is_gone_afterwards(monkeypatch: pytest.MonkeyPatch, staged: Any) -> None:
    docker, told = run(monkeypatch, staged, Ran(0, "2 applied"))
    (command,) = docker.asked
    words = " ".join(command)
    assert command[:3] == ["docker", "run", "--rm"]
    assert command[-3:] == ["r/shop@sha256:2", "bin/migrate", "up"], "the image's entrypoint stays"
    assert f"--env-file {staged['directory']}/shop.env --volume {staged['directory']}/tls:/tls:ro" in words
    assert "MODE=live" in words
    assert "LISTEN" not in words, "a slot's port is nobody's here"
    assert "hush" not in words
    assert (told["command"], told["output"]) == (["bin/migrate", "up"], "2 applied")


def test_one_that_names_no_file_needs_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "--env-file" not in migration.command(SPEC, {**POLICY, "env_file": "", "volumes": []}, {"directory": "/x", "image": "i"}, "n")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("relation does not exist, asked hush-hush and sesame", "what it changed until then stays"),
        ('docker: Error response from daemon: exec: "bin/migrate": not found', "it was not begun"),
    ],
)
def test_what_failed_says_what_is_left_and_no_secret(monkeypatch: pytest.MonkeyPatch, staged: Any, said: str, words: str) -> None:
    with pytest.raises(model.ConvergeError, match=words) as caught:
        run(monkeypatch, staged, Ran(3, said))
    assert "ended with 3" in str(caught.value)
    assert "hush" not in str(caught.value)
    assert "sesame" not in str(caught.value)


def test_one_that_does_not_end_is_ended(monkeypatch: pytest.MonkeyPatch, staged: Any) -> None:
    docker = Docker(Ran(124, "docker: no end after 9 s"), Ran(0, ""))
    monkeypatch.setattr(migration, "run", docker)
    with pytest.raises(model.ConvergeError, match="no end after 9 s"):
        migration.migrate(SPEC, POLICY, staged)
    name = docker.asked[0][docker.asked[0].index("--name") + 1]
    assert docker.asked[1] == ["docker", "rm", "--force", name]
