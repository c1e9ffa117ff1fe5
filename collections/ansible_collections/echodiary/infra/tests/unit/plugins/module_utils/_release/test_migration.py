# SPDX-License-Identifier: GPL-3.0-or-later
"""A command that brings the schema along: how it is started, what is told of it, and what is kept to oneself."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._host import http
from ansible_collections.echodiary.infra.plugins.module_utils._host.run import Ran
from ansible_collections.echodiary.infra.plugins.module_utils._kinds import model
from ansible_collections.echodiary.infra.plugins.module_utils._release import migration

POLICY: Any = {
    "command": ["bin/migrate", "up", "--password=swordfish", "${HOME}"],
    "env_file": "shop.conf",
    "volumes": ["{directory}/tls:/tls:ro"],
    "allow": [],
    "timeout": 9.0,
}
SPEC: Any = {
    "name": "shop",
    "secrets": ["sesame"],
    "compose": {
        "name": "shop",
        "file": "/opt/shop/{slot}/compose.yaml",
        "services": {"web": {"environment": {"MODE": "live", "API_TOKEN": "tok-tok"}}},
    },
    "release": {"service": "web"},
}


class Docker:
    """Answers to commands, and the state of the container whenever it is asked for; None: there is none."""

    def __init__(self, *answers: Ran, states: tuple[dict[str, Any] | None, ...] = ()) -> None:
        self.answers, self.states, self.asked = list(answers), list(states), list[list[str]]()
        self.added: dict[str, Any] = {}
        self.mode = 0

    def __call__(self, command: list[str], timeout: float = 60) -> Ran:
        self.asked.append(command)
        if "run" in command:
            path = Path([word for before, word in zip(command, command[1:], strict=False) if before == "-f"][1])
            self.added, self.mode = json.loads(path.read_text()), stat.S_IMODE(path.stat().st_mode)
        return self.answers.pop(0) if self.answers else Ran(0, "")

    def get(self, target: str) -> http.Answer:
        assert target == "/containers/shop-migrate/json"
        state = self.states.pop(0) if self.states else None
        return http.Answer(404, "") if state is None else http.Answer(200, json.dumps({"State": state}))

    def did(self, word: str) -> list[list[str]]:
        return [command for command in self.asked if word in command]


@pytest.fixture
def staged(tmp_path: Path) -> Any:
    (tmp_path / "shop.conf").write_text("DATABASE_URL=postgresql://shop:hush-hush@db/shop\n")
    (tmp_path / "other.env").write_text("SECRET='quiet one'\n")
    return {"directory": str(tmp_path), "image": "r/shop@sha256:2"}


def migrate(monkeypatch: pytest.MonkeyPatch, docker: Docker, staged: Any) -> Any:
    monkeypatch.setattr(migration, "run", docker)
    monkeypatch.setattr(migration.docker, "get", docker.get)
    return migration.migrate(SPEC, POLICY, staged)


def refused(monkeypatch: pytest.MonkeyPatch, docker: Docker, staged: Any) -> str:
    with pytest.raises(model.ConvergeError) as caught:
        migrate(monkeypatch, docker, staged)
    return str(caught.value)


def test_compose_runs_it_in_a_project_of_its_own_from_the_staged_file(monkeypatch: pytest.MonkeyPatch, staged: Any) -> None:
    docker = Docker(Ran(0, "2 applied"))
    told = migrate(monkeypatch, docker, staged)
    (command,) = docker.did("run")
    at = staged["directory"]
    assert command[:2] == ["docker", "compose"]
    assert command[command.index("-p") :][:4] == ["-p", "shop-migrate", "-f", f"{at}/compose.yaml"]
    assert command[command.index("run") :] == ["run", "--rm", "--no-deps", "-T", "--name", "shop-migrate", "web"]
    assert docker.did("down"), "its networks go with it"
    assert (told["command"][:2], told["output"]) == (["bin/migrate", "up"], "2 applied")


def test_no_word_of_it_is_in_the_list_of_processes_and_nothing_stays(monkeypatch: pytest.MonkeyPatch, staged: Any) -> None:
    docker = Docker(Ran(0, ""))
    told = migrate(monkeypatch, docker, staged)
    assert not [word for command in docker.asked for word in command if "swordfish" in word or "bin/migrate" in word]
    service = docker.added["services"]["web"]
    assert service["command"] == ["bin/migrate", "up", "--password=swordfish", "$${HOME}"], "Compose fills nothing in"
    assert service["volumes"] == [f"{staged['directory']}/tls:/tls:ro"]
    assert service["env_file"] == ["shop.conf"]
    assert docker.mode == 0o600
    assert sorted(path.name for path in Path(staged["directory"]).iterdir()) == ["other.env", "shop.conf"]
    assert "swordfish" not in str(told)


def test_one_that_names_no_file_needs_none() -> None:
    service = migration.added(SPEC, {**POLICY, "env_file": "", "volumes": []}, "/x")["services"]["web"]
    assert not {"env_file", "volumes"} & set(service)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("no relation; asked hush-hush, sesame, quiet one, tok-tok, swordfish", "what it changed until then stays"),
        ('Error response from daemon: exec: "bin/migrate": not found', "it was not begun"),
    ],
)
def test_what_failed_says_what_is_left_and_no_secret(monkeypatch: pytest.MonkeyPatch, staged: Any, said: str, words: str) -> None:
    why = refused(monkeypatch, Docker(Ran(3, said)), staged)
    assert words in why
    assert "ended with 3" in why
    for secret in ("hush", "sesame", "quiet one", "tok-tok", "swordfish"):
        assert secret not in why


@pytest.mark.parametrize(
    ("command", "secrets"),
    [
        (["m", "--password", "abcd1"], ["abcd1"]),
        (["m", "--db-password=abcd1", "--verbose"], ["abcd1"]),
        (["env", "API_TOKEN=abcd1", "m"], ["abcd1"]),
        (["m", "postgres://me:abcd1@db/x"], ["abcd1"]),
        (["m", "up", "--to", "0007"], []),
    ],
)
def test_a_password_in_the_words_is_known(command: list[str], secrets: list[str]) -> None:
    assert migration.in_words(command) == secrets


def test_one_that_does_not_end_is_ended(monkeypatch: pytest.MonkeyPatch, staged: Any) -> None:
    docker = Docker(Ran(124, "docker: no end after 9 s"), states=(None, {"Running": True}))
    assert "no end after 9 s" in refused(monkeypatch, docker, staged)
    assert docker.did("--force") == [["docker", "rm", "--force", "shop-migrate"]]


def test_one_that_cannot_be_ended_is_said_to_run_on(monkeypatch: pytest.MonkeyPatch, staged: Any) -> None:
    docker = Docker(Ran(124, "no end"), Ran(1, "cannot kill container: swordfish"), states=(None, {"Running": True}, {"Running": True}))
    why = refused(monkeypatch, docker, staged)
    assert "may still run (cannot kill container" in why
    assert "docker rm --force shop-migrate" in why
    assert "swordfish" not in why


def test_one_that_still_runs_is_left_alone(monkeypatch: pytest.MonkeyPatch, staged: Any) -> None:
    docker = Docker(states=({"Running": True, "StartedAt": "2026-01-01T00:00:00Z"},))
    assert "docker logs --follow shop-migrate" in refused(monkeypatch, docker, staged)
    assert docker.asked == []


def test_one_that_is_over_makes_room(monkeypatch: pytest.MonkeyPatch, staged: Any) -> None:
    docker = Docker(Ran(0, ""), Ran(0, "done"), states=({"Running": False},))
    assert migrate(monkeypatch, docker, staged)["output"] == "done"
    assert docker.asked[0] == ["docker", "rm", "shop-migrate"]


def test_one_that_is_over_and_stays_is_named(monkeypatch: pytest.MonkeyPatch, staged: Any) -> None:
    docker = Docker(Ran(1, "removal is already in progress"), states=({"Running": False}, {"Running": False}))
    why = refused(monkeypatch, docker, staged)
    assert "removal is already in progress" in why
    assert "docker rm --force shop-migrate" in why
    assert not docker.did("run")
