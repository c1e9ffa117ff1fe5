# SPDX-License-Identifier: GPL-3.0-or-later
"""An HTTP condition: the status, fields of the JSON body, and a JMESPath over it that has to give true."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from ...module_utils._converge.health import lookup
from .model import FAIL, PASS, Finding, GateError, one_line

if TYPE_CHECKING:
    from ...module_utils._gate.shapes import Answer, Probe, Reach
    from ...module_utils._kinds.model import Json
    from .shapes import Facts, HttpOptions


class Http(NamedTuple):
    name: str
    origin: str
    probes: list[Probe]
    status: list[int]
    expression: str | None
    fields: dict[str, Json]

    @classmethod
    def of(cls, given: HttpOptions, reach: Reach) -> Http:
        name = given["name"] or given["url"]
        if given["expression"]:
            _compile(name, given["expression"])
        fields, body = given.get("json") or {}, given.get("body")
        question: Probe = {
            "headers": reach["headers"],
            "timeout": reach["timeout"],
            "validate_certs": reach["validate_certs"],
            "ca_path": reach["ca_path"],
            "method": given["method"],
            "url": given["url"],
            "body": body if body is None or isinstance(body, str) else json.dumps(body),
            "whole": bool(given["expression"] or fields),
            "expected": given["status"],
        }
        if body is not None and not isinstance(body, str):
            question["headers"] = {"Content-Type": "application/json", **reach["headers"]}
        return cls(name, given["from"], [question], given["status"], given["expression"], fields)

    def judge(self, answers: list[Answer]) -> Finding:
        answer = answers[0]
        facts: Facts = {"status": answer["status"], "body": one_line(answer["text"], 1000), "milliseconds": answer["milliseconds"]}
        why = self._objection(answer)
        return Finding(FAIL if why else PASS, why or f"answers {answer['status']}", facts)

    def _objection(self, answer: Answer) -> str:
        if answer["status"] == 0:
            return f"does not answer ({one_line(answer['text'])})"
        if answer["status"] not in self.status:
            wanted = " or ".join(map(str, self.status))
            return f"answers {answer['status']}, not {wanted}: {one_line(answer['text'])}"
        return self._objection_to_body(answer["text"]) if self.expression or self.fields else ""

    def _objection_to_body(self, text: str) -> str:
        try:
            body = json.loads(text)
        except ValueError:
            return f"answers something that is no JSON: {one_line(text)}"
        for path, wanted in self.fields.items():
            if lookup(body, path) != wanted:
                return f"{path} is {lookup(body, path)!r}, not {wanted!r}: {one_line(text)}"
        return self._objection_by_expression(body, text) if self.expression else ""

    def _objection_by_expression(self, body: Json, text: str) -> str:
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
