# SPDX-License-Identifier: GPL-3.0-or-later
"""An HTTP condition: the status, and a JMESPath over the JSON body that has to give true."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from ._gate_model import FAIL, PASS, Finding, GateError, one_line


class Http(NamedTuple):
    name: str
    origin: str
    probes: list[dict[str, Any]]
    status: list[int]
    expression: str | None

    @classmethod
    def of(cls, given: dict[str, Any], reach: dict[str, Any]) -> Http:
        """``given``: the condition's options; ``reach``: what its question shares with others (headers, timeout, TLS)."""
        name = given["name"] or given["url"]
        if given["expression"]:
            _compile(name, given["expression"])
        whole = bool(given["expression"])
        question = {**reach, "method": given["method"], "url": given["url"], "body": None, "whole": whole}
        return cls(name, given["from"], [question], given["status"], given["expression"])

    def judge(self, answers: list[dict[str, Any]]) -> Finding:
        answer = answers[0]
        facts = {"status": answer["status"], "body": one_line(answer["text"], 1000), "milliseconds": answer["milliseconds"]}
        why = self._objection(answer)
        return Finding(FAIL if why else PASS, why or f"answers {answer['status']}", facts)

    def _objection(self, answer: dict[str, Any]) -> str:
        if answer["status"] == 0:
            return f"does not answer ({one_line(answer['text'])})"
        if answer["status"] not in self.status:
            wanted = " or ".join(map(str, self.status))
            return f"answers {answer['status']}, not {wanted}: {one_line(answer['text'])}"
        return self._objection_to_body(answer["text"]) if self.expression else ""

    def _objection_to_body(self, text: str) -> str:
        try:
            body = json.loads(text)
        except ValueError:
            return f"answers something that is no JSON: {one_line(text)}"
        try:
            value = _compile(self.name, self.expression or "").search(body)
        except ValueError as error:
            return f"{self.expression} cannot be applied to the answer: {one_line(str(error))}"
        if value is True:
            return ""
        hint = "" if value is False else f"; it has to give true or false, as in {self.expression} == 'ok'"
        return f"{self.expression} gives {one_line(json.dumps(value), 80)}{hint}: {one_line(text)}"


def _compile(name: str, expression: str) -> Any:
    """Cached by the library, whose errors all are ValueErrors. Only who gives an expression needs it."""
    try:
        import jmespath
    except ImportError:
        raise GateError(f"{name}: expression needs a Python library where Ansible runs; install it: pip install jmespath") from None
    try:
        return jmespath.compile(expression)
    except ValueError as error:
        raise GateError(f"{name}: expression {expression!r} is no JMESPath: {one_line(str(error))}") from None
