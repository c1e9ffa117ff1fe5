# SPDX-License-Identifier: GPL-3.0-or-later
"""What the workflows call, run by itself: real git, real make, real Ansible; gh is a stand-in."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.pipelines import repository
from tests.pipelines.repository import Checkout

PIN = "inventories/staging/group_vars/all/release.yml"
IMAGES = [f"ghcr.io/example/echodiary@sha256:{letter * 64}" for letter in "abc"]


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    made = repository.copy(tmp_path_factory.mktemp("master"))
    made.commit("begin")
    return made


@pytest.fixture
def checkout(master: Checkout, tmp_path: Path) -> Checkout:
    return repository.further(master, tmp_path / "repository")


def pin(checkout: Checkout, image: str, **environment: str) -> dict[str, str]:
    """Writes staging's pin and publishes it."""
    checkout.write(PIN, f"---\nechodiary_image: {image}\n")
    return checkout.outputs(".ci/publish-pin", "staging", **environment)


def pinned(checkout: Checkout, branch: str = "main") -> str:
    checkout.git("fetch", "-q", "origin")
    lines = checkout.git("show", f"origin/{branch}:{PIN}").splitlines()
    return next((line.removeprefix("echodiary_image: ") for line in lines if line.startswith("echodiary_image: ")), "")


# Pins


def test_a_pin_is_a_commit_of_its_own(checkout: Checkout) -> None:
    checkout.write("README.md", "something that somebody works on\n")
    written = checkout.run("make", "-o", "setup", "pin", ENVIRONMENT="staging", IMAGE=IMAGES[0])
    assert written.returncode == 0, written.stdout + written.stderr
    told = checkout.outputs("make", "-o", "setup", "publish-pin", ENVIRONMENT="staging", APP_COMMIT="1" * 40)
    assert told == {"before": "", "deploy": "true", "image": IMAGES[0]}
    assert pinned(checkout) == IMAGES[0]
    assert checkout.git("diff", "--name-only", "origin/main~1", "origin/main") == PIN
    assert checkout.git("log", "-1", "--format=%(trailers:key=App-commit,valueonly)", "origin/main").strip() == "1" * 40
    assert pin(checkout, IMAGES[1])["before"] == IMAGES[0]
    assert checkout.git("log", "-1", "--format=%(trailers:key=App-commit,valueonly)", "origin/main").strip() == "1" * 40


def test_a_pin_lands_on_what_others_pushed_meanwhile(checkout: Checkout, tmp_path: Path) -> None:
    other = repository.further(checkout, tmp_path / "other")
    other.git("remote", "set-url", "origin", checkout.git("remote", "get-url", "origin"))
    other.write("other.txt", "x")
    theirs = other.commit("theirs")
    pin(checkout, IMAGES[0])
    assert pinned(checkout) == IMAGES[0]
    assert checkout.git("rev-parse", "origin/main~1") == theirs


def test_what_is_pinned_already_may_be_deployed(checkout: Checkout) -> None:
    pin(checkout, IMAGES[0])
    head = checkout.git("ls-remote", "origin", "main")
    assert pin(checkout, IMAGES[0])["deploy"] == "true"
    assert checkout.git("ls-remote", "origin", "main") == head


def test_a_pin_is_taken_back_only_while_it_is_the_newest(checkout: Checkout) -> None:
    pin(checkout, IMAGES[1])
    assert pin(checkout, IMAGES[0], PIN_ONLY_IF=IMAGES[2])["deploy"] == "false"
    assert pinned(checkout) == IMAGES[1]
    pin(checkout, IMAGES[0], PIN_ONLY_IF=IMAGES[1])
    assert pinned(checkout) == IMAGES[0]


def test_a_pin_by_pull_request_waits_for_a_person(checkout: Checkout) -> None:
    for image in IMAGES[:2]:
        told = pin(checkout, image, PIN_WITH="pull-request", GH_TOKEN="ghs_contents=write,pull-requests=write")
        assert told["deploy"] == "false"
        assert pinned(checkout) == ""
        assert pinned(checkout, "pin/staging") == image
    world = json.loads((checkout.path.parent / "stand-ins.json").read_text())
    assert [one["head"] for one in world["pulls"]] == ["pin/staging"]


def test_a_branch_that_refuses_the_pin_is_named(checkout: Checkout) -> None:
    hook = checkout.path.parent / "origin.git/hooks/pre-receive"
    hook.write_text("#!/bin/sh\necho 'GH006: Protected branch update failed' >&2\nexit 1\n")
    hook.chmod(0o755)
    checkout.write(PIN, f"---\nechodiary_image: {IMAGES[0]}\n")
    done = checkout.run(".ci/publish-pin", "staging")
    assert done.returncode == 1
    assert "PIN_WITH" in done.stderr


@pytest.mark.parametrize("image", ["", "echodiary:latest", "ghcr.io/x/y:v1", f"ghcr.io/x@sha256:{'a' * 64}; rm -rf /", "{{ x }}"])
def test_only_an_image_by_digest_is_pinned(master: Checkout, image: str) -> None:
    before = (master.path / PIN).read_text()
    assert master.run(".ci/pin", "staging", image).returncode == 1
    assert (master.path / PIN).read_text() == before


def test_an_approval_of_yesterday_brings_nothing_back(checkout: Checkout) -> None:
    for image in IMAGES[:2]:
        pin(checkout, image)
    assert checkout.run(".ci/current", IMAGES[1]).returncode == 0
    stale = checkout.run(".ci/current", IMAGES[0])
    assert stale.returncode == 1
    assert IMAGES[1] in stale.stderr


# What a change asks for


def test_an_image_is_built_when_the_application_changed(checkout: Checkout) -> None:
    assert checkout.outputs(".ci/changes")["build"] == "true", "nobody knows what staging runs"
    pin(checkout, IMAGES[0], APP_COMMIT=checkout.git("rev-parse", "HEAD"))
    checkout.git("reset", "-q", "--hard", "origin/main")
    before = checkout.git("rev-parse", "HEAD")
    checkout.write("docs/more.md", "words\n")
    checkout.commit()
    assert checkout.outputs(".ci/changes", BEFORE=before) == {"build": "false", "pinned": "false"}
    checkout.write("app/echodiary/more.py", "")
    checkout.commit()
    checkout.write("docs/more.md", "other words\n")
    skipped = checkout.commit()
    assert checkout.outputs(".ci/changes", BEFORE=checkout.git("rev-parse", "HEAD~1"))["build"] == "true", "the push before was skipped"
    # tried and taken back: not built again for every later push
    pin(checkout, IMAGES[2], APP_COMMIT=skipped)
    pin(checkout, IMAGES[0])
    checkout.git("reset", "-q", "--hard", "origin/main")
    assert checkout.outputs(".ci/changes", BEFORE=skipped)["build"] == "false"


def test_a_merged_pin_asks_for_a_deploy_and_no_build(checkout: Checkout) -> None:
    pin(checkout, IMAGES[0], APP_COMMIT=checkout.git("rev-parse", "HEAD"))
    checkout.git("fetch", "-q", "origin")
    before = checkout.git("rev-parse", "origin/main")
    pin(checkout, IMAGES[1])
    checkout.git("fetch", "-q", "origin")
    checkout.git("reset", "-q", "--hard", "origin/main")
    assert checkout.outputs(".ci/changes", BEFORE=before) == {"build": "false", "pinned": "true", "image": IMAGES[1], "before": IMAGES[0]}


def test_a_merged_pin_whose_message_was_lost_is_not_built_again(checkout: Checkout) -> None:
    before = checkout.git("rev-parse", "HEAD")
    checkout.write(PIN, f"---\nechodiary_image: {IMAGES[0]}\n")
    checkout.commit("squashed")
    told = checkout.outputs(".ci/changes", BEFORE=before)
    assert (told["build"], told["pinned"]) == ("false", "true")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("docs/x.md", []),
        ("collections/ansible_collections/echodiary/infra/roles/haproxy/README.md", ["haproxy"]),
        ("molecule/grafana/verify.yml", ["grafana"]),
        ("collections/ansible_collections/echodiary/infra/roles/deploy/README.md", []),
    ],
)
def test_roles_that_changed(checkout: Checkout, name: str, expected: list[str]) -> None:
    checkout.write(name, "changed\n")
    checkout.commit(push=False)
    assert json.loads(checkout.outputs(".ci/changed-roles", "HEAD~1")["roles"]) == expected


@pytest.mark.parametrize("base", ["HEAD~1", "0" * 40, ""])
def test_every_role_where_it_cannot_be_less(checkout: Checkout, base: str) -> None:
    checkout.write("collections/ansible_collections/echodiary/infra/plugins/x.py", "")
    checkout.commit(push=False)
    roles = json.loads(checkout.outputs(".ci/changed-roles", base)["roles"])
    assert roles == sorted(path.parent.name for path in (repository.ROOT / "molecule").glob("*/molecule.yml"))


# Images


DOCKER = """#!/usr/bin/env python3
import json, sys
words = sys.argv[1:]
if words == ["buildx", "version"]:
    sys.exit(0)
assert words[:3] == ["buildx", "build", "--push"], words
given = dict(zip(words[3:-1:2], words[4:-1:2]))
assert words[-1] == "app" and given["--provenance"] == "mode=max" and given["--sbom"] == "true", words
assert given["--cache-from"] == "type=registry,ref=ghcr.io/example/echodiary/echodiary:buildcache", words
assert given["--cache-to"].startswith(given["--cache-from"] + ",mode=max,"), words
json.dump({"containerimage.digest": "sha256:" + "d" * 64}, open(given["--metadata-file"], "w"))
"""


def test_an_image_is_built_with_buildx_where_there_is_one(checkout: Checkout, tmp_path: Path) -> None:
    docker = tmp_path / "bin/docker"
    docker.parent.mkdir()
    docker.write_text(DOCKER)
    docker.chmod(0o755)
    told = checkout.outputs("bash", "-c", f'PATH="{docker.parent}:$PATH" .ci/image', GITHUB_REPOSITORY="Example/EchoDiary")
    assert told["image"] == f"ghcr.io/example/echodiary/echodiary@sha256:{'d' * 64}"
    assert told["tag"] == checkout.git("rev-parse", "HEAD")[:12]


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({}, "IMAGE_REPOSITORY"),
        ({"IMAGE_REPOSITORY": "x/y --privileged"}, "IMAGE_REPOSITORY"),
        ({"IMAGE_REPOSITORY": "x.example/y", "IMAGE_TAG": "a b"}, "IMAGE_TAG"),
        ({"IMAGE_REPOSITORY": "x.example/y"}, "not committed"),
    ],
)
def test_images_that_are_not_built(checkout: Checkout, environment: dict[str, str], said: str) -> None:
    checkout.write("app/echodiary/more.py", "")
    done = checkout.run(".ci/image", **environment)
    assert done.returncode == 1
    assert said in done.stderr


# Deploys: everything real but the hosts and what the playbook does


PLAYBOOK = """---
- hosts: all
  connection: local
  gather_facts: false
  tasks:
    - ansible.builtin.copy:
        dest: "{{ inventory_dir }}/seen"
        content: "{{ deploy_reason }}|{{ release | default('none') }}"
        mode: "0600"
"""


def fake_deploy(checkout: Checkout) -> None:
    checkout.write("playbooks/deploy.yml", PLAYBOOK)
    checkout.write("playbooks/history.yml", "---\n- hosts: all\n  gather_facts: false\n  tasks: []\n")
    shutil.rmtree(checkout.path / "inventories/staging")
    checkout.write("inventories/staging/hosts", "one\n")


def test_what_people_write_is_text(checkout: Checkout, tmp_path: Path) -> None:
    fake_deploy(checkout)
    mark = tmp_path / "ran"
    reason = f"{{{{ lookup('pipe', 'touch {mark}') }}}} $(shell touch {mark}) `touch {mark}` \"$(touch {mark})\" it's: {{a}}"
    done = checkout.run("make", "-o", "setup", "deploy", ENVIRONMENT="staging", REASON=f"{reason}\nmore", RELEASE="v1.4.0")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (checkout.path / "inventories/staging/seen").read_text() == f"{reason}|v1.4.0"
    assert not mark.exists()


@pytest.mark.parametrize("release", ["v1 -e x=y", "{{ x }}", "-v", "$(id)", "v1'"])
def test_releases_that_are_none(checkout: Checkout, release: str) -> None:
    fake_deploy(checkout)
    done = checkout.run("make", "-o", "setup", "deploy", ENVIRONMENT="staging", RELEASE=release)
    assert done.returncode != 0
    assert "is no tag, digest or image" in done.stderr
    assert not (checkout.path / "inventories/staging/seen").exists()


@pytest.mark.parametrize("target", ["deploy", "rollback", "drift", "plan", "pin", "publish-pin", "report", "security", "smoke"])
@pytest.mark.parametrize("environment", ["", "local/../staging"])
def test_environments_that_are_none(master: Checkout, environment: str, target: str) -> None:
    done = master.run("make", "-o", "setup", target, ENVIRONMENT=environment, IMAGE=IMAGES[0])
    assert done.returncode != 0
    assert "say ENVIRONMENT=local|production|staging" in done.stderr, done.stderr


def test_a_security_check_fails_with_what_it_found_and_its_report_stays(checkout: Checkout, tmp_path: Path) -> None:
    own = {
        "echodiary_environment": "small", "echodiary_secrets_source": "inventory", "components": ["haproxy"], "security_checks": ["tls"],
        "ansible_connection": "local", "ansible_become": False,
    }  # fmt: skip
    let_be = {"security_allowed": [{"finding": "tls:none", "reason": "a test", "until": "2999-01-01"}]}
    page = tmp_path / "summary.md"
    for more, code, said in (({}, 1, "1 finding"), (let_be, 0, "0 findings, 1 let be")):
        checkout.write("inventories/small/hosts.json", json.dumps({"all": {"hosts": {"app1": {}}, "vars": {**own, **more}}}))
        done = checkout.run("make", "-o", "setup", "security", ENVIRONMENT="small", GITHUB_STEP_SUMMARY=str(page))
        assert (done.returncode != 0) is bool(code), done.stdout + done.stderr
        assert said in done.stdout and said in page.read_text()
        assert [one["id"] for one in json.loads((checkout.path / ".security/small.json").read_text())["findings"]] == ["tls:none"] * code


def test_a_report_is_made_of_nothing_but_the_inventory_and_stays(checkout: Checkout, tmp_path: Path) -> None:
    """Nobody answers, and the run is well: it says what is not known."""
    own = {"echodiary_environment": "small", "echodiary_secrets_source": "inventory", "components": [], "ansible_connection": "local",
           "ansible_become": False}  # fmt: skip
    checkout.write("inventories/small/hosts.json", json.dumps({"all": {"hosts": {"app1": {}}, "vars": own}}))
    page = tmp_path / "summary.md"
    done = checkout.run("make", "-o", "setup", "report", ENVIRONMENT="small", GITHUB_STEP_SUMMARY=str(page), REPORT_NOTIFY="true")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "the inventory has no Prometheus" in done.stdout and "the inventory has no Prometheus" in page.read_text()
    assert sorted(path.name for path in checkout.path.glob(".report/small/*/*")) == ["index.html", "report.json", "report.md"]


@pytest.mark.parametrize(("confirm", "code"), [("", 1), ("staging", 1), ("Production", 1), ("production ", 1), ("production", 0)])
def test_a_rollback_wants_the_environments_name(master: Checkout, confirm: str, code: int) -> None:
    assert master.run(".ci/confirm", ENVIRONMENT="production", CONFIRM=confirm).returncode == code


def test_a_key_lives_as_long_as_the_command(master: Checkout) -> None:
    script = 'stat -c "%a %n" "$ANSIBLE_PRIVATE_KEY_FILE"; cat "$ANSIBLE_PRIVATE_KEY_FILE"; echo "${SSH_PRIVATE_KEY-unset}"; exit 7'
    done = master.run(".ci/fleet", "bash", "-c", script, SSH_PRIVATE_KEY="the key", SSH_KNOWN_HOSTS="a b c")
    assert done.returncode == 7
    mode_and_name, key, variable = done.stdout.splitlines()
    assert (mode_and_name[:3], key, variable) == ("600", "the key", "unset")
    assert not Path(mode_and_name[4:]).parent.exists()


@pytest.mark.parametrize(
    ("environment", "said"), [({"SSH_PRIVATE_KEY": "x"}, "SSH_KNOWN_HOSTS"), ({"TRANSPORT": "telnet"}, "neither ssh nor ssm")]
)
def test_ways_to_the_fleet_that_are_none(master: Checkout, environment: dict[str, str], said: str) -> None:
    done = master.run(".ci/fleet", "true", **environment)
    assert done.returncode == 1
    assert said in done.stderr


def test_by_hand_ones_own_ssh_is_used(master: Checkout) -> None:
    done = master.run(".ci/fleet", "bash", "-c", 'echo "${ANSIBLE_SSH_COMMON_ARGS-none} ${ANSIBLE_PRIVATE_KEY_FILE-none}"')
    assert done.stdout == "none none\n"


# What is said on GitHub


def say(checkout: Checkout, target: str, report: str | None, code: int | None, token: str) -> dict[str, list[dict[str, object]]]:
    shutil.rmtree(checkout.path / ".reports", ignore_errors=True)
    if report is not None:
        checkout.write(".reports/staging.md", report)
        checkout.write(".reports/staging.code", f"{code}\n")
    done = checkout.run(
        "make", "-o", "setup", target, ENVIRONMENT="staging", NUMBER="5", GH_TOKEN=token, GITHUB_REPOSITORY="example/echodiary"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, list[dict[str, object]]] = json.loads((checkout.path.parent / "stand-ins.json").read_text())
    return found


def test_one_issue_per_environment(checkout: Checkout) -> None:
    token = "ghs_issues=write"
    assert say(checkout, "drift-issue", "fine", 0, token)["issues"] == []
    world = say(checkout, "drift-issue", "app1 differs", 2, token)
    assert [(one["title"], one["state"]) for one in world["issues"]] == [("Drift in staging", "open")]
    assert "app1 differs" in str(world["issues"][0]["body"])
    world = say(checkout, "drift-issue", "x" * 100_000, 3, token)
    assert len(world["issues"]) == 1
    assert len(str(world["issues"][0]["body"])) < 65536
    world = say(checkout, "drift-issue", None, None, token)
    assert "could not" in str(world["issues"][0]["body"]), "a comparison that never came about is told"
    world = say(checkout, "drift-issue", "fine", 0, token)
    assert [one["state"] for one in world["issues"]] == ["closed"]
    world = say(checkout, "drift-issue", "again", 2, token)
    assert [one["state"] for one in world["issues"]] == ["closed", "open"]


def test_one_comment_per_environment_and_pull_request(checkout: Checkout) -> None:
    token = "ghs_pull-requests=write"
    say(checkout, "plan-comment", "first", 2, token)
    world = say(checkout, "plan-comment", "second", 0, token)
    assert len(world["comments"]) == 1
    assert "second" in str(world["comments"][0]["body"])


def test_a_token_that_may_not_is_named(checkout: Checkout) -> None:
    checkout.write(".reports/staging.code", "2\n")
    done = checkout.run("make", "-o", "setup", "drift-issue", ENVIRONMENT="staging", GH_TOKEN="ghs_contents=read")
    assert done.returncode != 0
    assert "403" in done.stderr
    assert "permissions" in done.stderr


def test_branch_protection_sends_nothing_by_itself(checkout: Checkout) -> None:
    script = str(repository.ROOT / ".github/branch-protection")
    done = checkout.run(script, "example/echodiary", REVIEWERS="User:1 Team:22")
    assert done.returncode == 0, done.stderr
    sent = [json.loads(text) for text in _bodies(done.stdout)]
    assert sent[0]["required_status_checks"]["contexts"] == ["CI passed"]
    assert sent[3]["reviewers"] == [{"type": "User", "id": 1}, {"type": "Team", "id": 22}]
    assert not (checkout.path.parent / "stand-ins.json").exists(), "gh was not even called"
    assert checkout.run(script, "--apply", "example/echodiary").returncode == 2, "nobody to ask before production"


def _bodies(text: str) -> list[str]:
    """The JSON texts between the lines that say where they would go."""
    parts = text.replace("nothing was sent; once more with --apply", "").split("would send: ")[1:]
    return [part.partition("\n")[2] for part in parts]


# Lint


def test_lint_takes_nothing_here_for_an_inventory(tmp_path: Path) -> None:
    """What can be executed is an inventory script to Ansible: it would be run."""
    lines = (repository.ROOT / ".ci/lint").read_text(encoding="utf-8").splitlines()
    function = next(line for line in lines if line.startswith("without_inventory()"))
    script = tmp_path / "script"
    script.write_text("#!/bin/sh\ntouch ran\n", encoding="utf-8")
    script.chmod(0o755)
    asked = ["bash", "-c", f"{function}; without_inventory ansible-inventory --list"]
    listed = subprocess.run(asked, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert json.loads(listed)["all"]["children"] == ["ungrouped"]
    assert not (tmp_path / "ran").exists()


# The environment of Python


def test_a_python_that_can_make_environments_is_taken_first(master: Checkout, tmp_path: Path) -> None:
    nothing, unable, able = tmp_path / "requirements.txt", tmp_path / "unable", tmp_path / "able"
    nothing.write_text("")
    python = Path(sys.base_exec_prefix) / "bin/python3"
    unable.write_text(f'#!/bin/sh\ncase "$*" in *ensurepip* | *"-m venv"*) exit 1 ;; esac\nexec {sys.executable} "$@"\n')
    # Unpacking a pip takes longer than all the rest, and there is one already.
    able.write_text(f'#!/bin/sh\n[ "$1 $2" != "-m venv" ] || set -- "$@" --without-pip\nexec {python} "$@"\n')
    for one in (unable, able):
        one.chmod(0o755)
    pip = sysconfig.get_path("purelib")
    made = master.run(".ci/setup", str(tmp_path / "venv"), str(nothing), PYTHON=f"{unable} {able}", PYTHONPATH=pip)
    assert made.returncode == 0, made.stderr
    assert "installing" not in made.stdout
    assert f"home = {python.parent}\n" in (tmp_path / "venv/pyvenv.cfg").read_text()
