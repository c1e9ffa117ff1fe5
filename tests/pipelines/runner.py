# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a workflow as GitHub would, on this machine: jobs in their order, conditions, outputs, matrices, called workflows, artefacts.

Every ``run:`` is executed for real, in a checkout of its own that is as deep as the job asks for. What only exists on GitHub is told in
``ACTIONS``; ``gh`` and ``aws`` are stand-ins on the PATH.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

import yaml

from tests.pipelines.expressions import Expressions

STAND_INS = Path(__file__).with_name("stand_ins")
PASSED = ("PATH", "LANG", "DOCKER_HOST", "PIP_CONFIG_FILE", "PIP_INDEX_URL", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")


@dataclass
class Job:
    """How a job ended. ``log`` has what its steps wrote."""

    result: str
    outputs: dict[str, str] = field(default_factory=dict)
    log: str = ""
    summary: str = ""
    failed: str = ""


@dataclass
class GitHub:
    """A repository on GitHub: a bare one, its variables and secrets per environment, and what is around a run.

    ``approve`` is asked at every protected environment; raising there is refusing.
    """

    origin: Path
    place: Path
    variables: dict[str, dict[str, str]]
    secrets: dict[str, dict[str, str]]
    machine: dict[str, str] = field(default_factory=dict)
    approve: Callable[[str], None] = lambda environment: None
    executed: set[tuple[str, str, str]] = field(default_factory=set)
    runs: int = 0

    def sha(self, branch: str = "main") -> str:
        return _git(self.origin, "rev-parse", branch)

    def push(self, workflow: str, before: str, **more: Any) -> Run:
        message = _git(self.origin, "log", "-1", "--format=%B", "main")
        return self.run(workflow, "push", {"before": before, "head_commit": {"message": message}, **more})

    def dispatch(self, workflow: str, **inputs: str) -> Run:
        return self.run(workflow, "workflow_dispatch", {}, inputs)

    def run(self, workflow: str, event_name: str, event: dict[str, Any], inputs: dict[str, str] | None = None, sha: str = "") -> Run:
        self.runs += 1
        run = Run(self, workflow, event_name, event, inputs or {}, sha or self.sha())
        run.all()
        return run


class Run:
    """One run of one workflow."""

    def __init__(self, github: GitHub, workflow: str, event_name: str, event: dict[str, Any], inputs: dict[str, str], sha: str) -> None:
        self.github, self.file = github, workflow
        self.event_name, self.event, self.inputs, self.sha = event_name, event, inputs, sha
        self.directory = github.place / f"run{github.runs}-{workflow.removesuffix('.yml')}"
        self.artefacts = self.directory / "artefacts"
        self.jobs: dict[str, Job] = {}
        self.workflow = yaml.safe_load(_git(github.origin, "show", f"{sha}:.github/workflows/{workflow}"))

    def all(self) -> None:
        waiting = dict(self.workflow["jobs"])
        while waiting:
            name = next(name for name, job in waiting.items() if not set(_list(job.get("needs"))) & set(waiting))
            self.jobs[name] = self._job(name, waiting.pop(name))

    @property
    def results(self) -> dict[str, str]:
        return {name: job.result for name, job in self.jobs.items()}

    def log(self) -> str:
        return "\n".join(f"--- {name}: {job.result} {job.failed}\n{job.log}" for name, job in self.jobs.items())

    # Jobs

    def _job(self, name: str, job: dict[str, Any]) -> Job:
        needs = _list(job.get("needs"))
        contexts = self._contexts(job, "", {need: vars(self.jobs[need]) for need in needs})
        before = [self.jobs[one].result for one in self._ancestors(name)]
        if not Expressions(contexts, _status(before, needs, self.jobs)).holds(str(job.get("if", "success()"))):
            return Job("skipped")
        if "uses" in job:
            return self._called(job)
        matrix = Expressions(contexts).fill_all(job.get("strategy", {}).get("matrix", {}))
        rows = [dict(zip(matrix, values, strict=True)) for values in product(*matrix.values())]
        return _together([self._row(name, job, contexts, row) for row in rows])

    def _ancestors(self, name: str) -> set[str]:
        needs = set(_list(self.workflow["jobs"][name].get("needs")))
        return needs.union(*(self._ancestors(one) for one in needs))

    def _called(self, job: dict[str, Any]) -> Job:
        run = Run(self.github, Path(job["uses"]).name, self.event_name, self.event, self.inputs, self.sha)
        run.directory = self.directory / "called"
        _within(job["permissions"], run.workflow["jobs"])
        run.all()
        outputs = (run.workflow.get("on") or {})["workflow_call"]["outputs"]
        expressions = Expressions({"jobs": {name: vars(one) for name, one in run.jobs.items()}})
        found = {name: str(expressions.fill(one["value"]) or "") for name, one in outputs.items()}
        return Job(_worst([one.result for one in run.jobs.values()]), found, run.log())

    def _contexts(self, job: Mapping[str, Any], environment: str, needs: Mapping[str, Any]) -> dict[str, Any]:
        permissions = job.get("permissions", self.workflow["permissions"])
        github = {
            "event_name": self.event_name,
            "event": self.event,
            "sha": self.sha,
            "repository": "example/echodiary",
            "actor": "ann",
            "ref": "refs/heads/main",
            # what the token may do, so that gh's stand-in can refuse what GitHub would
            "token": "ghs_" + ",".join(f"{scope}={access}" for scope, access in permissions.items()),
        }
        known = {**self.github.variables.get("", {}), **self.github.variables.get(environment, {})}
        secret = {**self.github.secrets.get("", {}), **self.github.secrets.get(environment, {})}
        return {"github": github, "vars": known, "secrets": secret, "inputs": self.inputs, "needs": needs, "runner": {"os": "Linux"}}

    def _row(self, name: str, job: dict[str, Any], contexts: dict[str, Any], row: dict[str, Any]) -> Job:
        named = {**contexts, "matrix": row}
        environment = str(Expressions(named).fill(job.get("environment", "")))
        if environment:
            self.github.approve(environment)
        assert job.get("timeout-minutes"), f"{name} may run for hours"
        named = {**self._contexts(job, environment, contexts["needs"]), "matrix": row}
        work = self.directory / "-".join([name, *map(str, row.values())])
        with tempfile.TemporaryDirectory(prefix="gh-") as home:  # short: ssh's sockets are made in it
            try:
                return _Steps(self, name, job, named, work, Path(home)).all()
            finally:
                _hang_up(Path(home))


class _Steps:
    """The steps of one job in one workspace."""

    def __init__(self, run: Run, name: str, job: dict[str, Any], contexts: dict[str, Any], work: Path, home: Path) -> None:
        self.run, self.name, self.job, self.contexts, self.home = run, name, job, contexts, home
        self.workspace = work / "workspace"
        self.workspace.mkdir(parents=True)
        self.steps: dict[str, dict[str, Any]] = {}
        self.done = Job("success")
        self.files = {name: work / name.lower() for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}

    def all(self) -> Job:
        for step in self.job["steps"]:
            expressions = self._expressions()
            if not expressions.holds(str(step.get("if", "success()"))):
                continue
            try:
                self._one(step, expressions)
            except StepFailedError as error:
                if not step.get("continue-on-error"):
                    self.done.result, self.done.failed = "failure", f"{step['name']}: {error}"
        expressions = self._expressions()
        self.done.outputs = {key: str(expressions.fill(value) or "") for key, value in self.job.get("outputs", {}).items()}
        return self.done

    def _expressions(self) -> Expressions:
        failed = self.done.result == "failure"
        functions = {"success": lambda: not failed, "failure": lambda: failed, "always": lambda: True, "cancelled": lambda: False}
        return Expressions({**self.contexts, "steps": self.steps}, {**functions, "hashFiles": lambda *_: "0"})

    def _one(self, step: dict[str, Any], expressions: Expressions) -> None:
        if "run" in step:
            self._shell(step, expressions)
            self.run.github.executed.add((self.run.file, self.name, step["name"]))
            return
        action, given = step["uses"].partition("@")[0], expressions.fill_all(step.get("with", {}))
        if action.startswith("./"):
            for inner in yaml.safe_load((self.workspace / action / "action.yml").read_text())["runs"]["steps"]:
                self._one(inner, expressions)
            return
        ACTIONS[action](self, given)

    def _shell(self, step: dict[str, Any], expressions: Expressions) -> None:
        outputs = self.files["GITHUB_OUTPUT"]
        outputs.write_text("")
        script = self.home / "step.sh"
        script.write_text(expressions.fill(step["run"]))
        environment = self._environment(expressions, step)
        done = subprocess.run(
            ["bash", "-e", str(script)],
            cwd=self.workspace,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=900,
            check=False,
        )
        self.done.log += f"### {step['name']}\n{done.stdout}"
        if self.files["GITHUB_STEP_SUMMARY"].exists():
            self.done.summary = self.files["GITHUB_STEP_SUMMARY"].read_text()
        if "id" in step:
            pairs = [line.partition("=") for line in outputs.read_text().splitlines()]
            self.steps[step["id"]] = {"outputs": {name: value for name, _, value in pairs}}
        for secret in self.contexts["secrets"].values():
            assert secret not in done.stdout, f"{step['name']} shows a secret"
        if done.returncode:
            raise StepFailedError(f"exit code {done.returncode}\n{done.stdout[-3000:]}")

    def _environment(self, expressions: Expressions, step: dict[str, Any]) -> dict[str, str]:
        github = self.contexts["github"]
        given = {**self.run.workflow.get("env", {}), **self.job.get("env", {}), **step.get("env", {})}
        return {
            **{name: os.environ[name] for name in PASSED if name in os.environ},
            "PATH": f"{STAND_INS}:{os.environ['PATH']}",
            "HOME": str(self.home),
            "RUNNER_TEMP": str(self.home),
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTOR": github["actor"],
            "GITHUB_REPOSITORY": github["repository"],
            "GITHUB_RUN_ID": str(self.run.github.runs),
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_SHA": github["sha"],
            "STAND_IN_STATE": str(self.run.github.place / "stand-ins.json"),
            **{name: str(path) for name, path in self.files.items()},
            **self.run.github.machine,
            **{name: _as_text(expressions.fill(value)) for name, value in given.items()},
        }

    # What actions do, as far as later steps can tell

    def check_out(self, given: dict[str, Any]) -> None:
        assert given["persist-credentials"] is False
        depth = [] if given.get("fetch-depth") == 0 else ["--depth=1"]
        _git(self.workspace, "init", "-q", "-b", "main")
        _git(self.workspace, "remote", "add", "origin", self.run.github.origin.as_uri())
        _git(self.workspace, "fetch", "-q", "--no-tags", *depth, "origin", self.contexts["github"]["sha"])
        _git(self.workspace, "checkout", "-q", "--detach", "FETCH_HEAD")
        if not depth:
            _git(self.workspace, "fetch", "-q", "origin")

    def restore_tools(self, given: dict[str, Any]) -> None:
        """The cache has them: this Python's, with the stamp that says so."""
        place = self.workspace / ".venv"
        place.mkdir()
        for name in ("bin", "lib", "pyvenv.cfg"):
            (place / name).symlink_to(Path(sys.prefix) / name)
        names = ("requirements.txt", "requirements-dev.txt", "app/requirements.txt", "app/requirements-dev.txt")
        text = f"{self.workspace}\n".encode() + b"".join((self.workspace / name).read_bytes() for name in names)
        (place / ".stamp").write_text(f"{hashlib.sha256(text).hexdigest()}  -\n")

    def become_role(self, given: dict[str, Any]) -> None:
        assert self.job["permissions"]["id-token"] == "write"
        assert given["role-to-assume"].startswith("arn:aws:iam::"), given
        assert given["aws-region"], given

    def upload(self, given: dict[str, Any]) -> None:
        source = self.workspace / given["path"]
        if source.is_dir():
            shutil.copytree(source, self.run.artefacts / given["name"])
        elif given.get("if-no-files-found") == "error":
            raise StepFailedError(f"{source} does not exist")

    def download(self, given: dict[str, Any]) -> None:
        source = self.run.artefacts / given["name"]
        if not source.is_dir():
            raise StepFailedError(f"no artefact {given['name']}")
        shutil.copytree(source, self.workspace / given["path"])

    def nothing(self, given: dict[str, Any]) -> None:
        """What it does is not seen by the steps that follow, on this machine."""


ACTIONS: dict[str, Callable[[_Steps, dict[str, Any]], None]] = {
    "actions/checkout": _Steps.check_out,
    "actions/setup-python": _Steps.nothing,
    "actions/cache": _Steps.restore_tools,
    "actions/upload-artifact": _Steps.upload,
    "actions/download-artifact": _Steps.download,
    "aws-actions/configure-aws-credentials": _Steps.become_role,
    "aws-actions/amazon-ecr-login": _Steps.nothing,
    "docker/login-action": _Steps.nothing,
    "docker/setup-buildx-action": _Steps.nothing,
}


class StepFailedError(Exception):
    """A step ended with an error."""


def _hang_up(home: Path) -> None:
    """A runner of GitHub's is thrown away with its connections; here they would stay open for minutes."""
    for control in home.glob(".ansible/cp/*"):
        command = ["ssh", "-O", "exit", "-o", f"ControlPath={control}", "any"]
        subprocess.run(command, capture_output=True, timeout=20, check=False)


def run_steps(workflow: Path) -> set[tuple[str, str, str]]:
    """(file, job, step) of every ``run:`` of a workflow and of nothing that it calls."""
    jobs = yaml.safe_load(workflow.read_text(encoding="utf-8"))["jobs"]
    return {(workflow.name, name, step["name"]) for name, job in jobs.items() for step in job.get("steps", []) if "run" in step}


def _status(before: list[str], needs: list[str], jobs: Mapping[str, Job]) -> dict[str, Callable[[], bool]]:
    return {
        "success": lambda: all(jobs[need].result == "success" for need in needs),
        "failure": lambda: "failure" in before,
        "always": lambda: True,
        "cancelled": lambda: False,
    }


def _within(granted: Mapping[str, str], jobs: Mapping[str, Any]) -> None:
    """A called workflow gets no more than its caller has."""
    for job in jobs.values():
        for scope, access in job["permissions"].items():
            assert granted.get(scope) in (access, "write"), f"{scope}: {access} is more than the caller has"


def _together(jobs: list[Job]) -> Job:
    outputs = {name: value for job in jobs for name, value in job.outputs.items()}
    said = {name: "\n".join(getattr(job, name) for job in jobs) for name in ("log", "summary", "failed")}
    return Job(_worst([job.result for job in jobs]), outputs, **said)


def _worst(results: list[str]) -> str:
    return next((one for one in ("failure", "success", "skipped") if one in results), "success")


def _list(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or [])


def _as_text(value: Any) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _git(place: Path, *words: str) -> str:
    done = subprocess.run(["git", "-C", str(place), *words], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, f"git {' '.join(words)}: {done.stderr}"
    return done.stdout.strip()
