# SPDX-License-Identifier: GPL-3.0-or-later
"""The model server behind its gateway: who asks how much, how long answers take, what they cost, and who is refused."""

from __future__ import annotations

from dashboards.model import Dashboard, Panel, Row

KEY = 'key=~"$key"'
# Each gateway counts for itself.
USED = f"sum by (instance, key) (ai_gateway_tokens_total{{{KEY}}})"
BUDGET = f"(max by (instance, key) (ai_gateway_budget_tokens{{{KEY}}}) > 0)"
LEFT = f"min by (key) (clamp_min(100 * (1 - {USED} / {BUDGET}), 0))"
BUCKETS = f"rate(ai_gateway_answer_seconds_bucket{{{KEY}}}[$__rate_interval])"


def per_second(metric: str) -> str:
    return f"rate({metric}{{{KEY}}}[$__rate_interval])"


def quantile(part: float, *by: str) -> str:
    return f"histogram_quantile({part}, sum by ({', '.join(['le', *by])}) ({BUCKETS}))"


AI = Dashboard(
    "echodiary-ai",
    "EchoDiary AI",
    [
        Panel(
            "Model servers that answer",
            {"answer": "sum(ai_gateway_model_up)", "all": "count(ai_gateway_model_up)"},
            "none",
            "As each gateway sees them. Without one its requests get 503.",
            "stat",
            6,
            ((1, "green"),),
            start="red",
        ),
        Panel(
            "Requests per second",
            {"requests": f"sum({per_second('ai_gateway_requests_total')})"},
            "reqps",
            "That a model server was asked.",
            "stat",
            6,
        ),
        Panel(
            "Least that a key has left today",
            {"least": f"min({LEFT})"},
            "percent",
            "Of its tokens; at 0 % its requests get 429 until midnight UTC, and other keys go on.",
            "stat",
            6,
            ((20, "green"),),
            start="red",
        ),
        Panel(
            "Cost today",
            {"cost": f"sum(ai_gateway_cost_total{{{KEY}}})"},
            "none",
            "Since midnight UTC, in the money of ai_gateway_cost_….",
            "stat",
            6,
        ),
        Row("Requests"),
        Panel("Requests by key", {"{{key}}": f"sum by (key) ({per_second('ai_gateway_requests_total')})"}, "reqps", "Per second."),
        Panel(
            "Answers by status",
            {"{{code}}": f"sum by (code) ({per_second('ai_gateway_requests_total')})"},
            "reqps",
            "502, 503, 504: no model server.",
        ),
        Panel(
            "Refused (429) by reason",
            {"{{key}} {{why}}": f"sum by (key, why) ({per_second('ai_gateway_refused_total')})"},
            "reqps",
            "Per second: too many in a minute, too many at a time, or nothing left of today's tokens.",
        ),
        Panel(
            "Questions that users asked",
            {"{{result}}": "sum by (result) (rate(echodiary_questions_total[$__rate_interval]))"},
            "reqps",
            "EchoDiary's own view: answered, or why not.",
        ),
        Row("Seconds"),
        Panel(
            "Duration of answers",
            {f"p{100 * part:.0f}": quantile(part) for part in (0.5, 0.95)},
            "s",
            "Until the end of an answer, over all keys.",
        ),
        Panel("p95 by key", {"{{key}}": quantile(0.95, "key")}, "s", "Who asks for long answers, or waits for a place."),
        Panel(
            "Until an answer begins",
            {
                "{{key}}": f"sum by (key) ({per_second('ai_gateway_first_answer_seconds_total')})"
                f" / sum by (key) ({per_second('ai_gateway_requests_total')})"
            },
            "s",
            "The mean. Where it grows and answers are no longer than before, model servers have too much to do.",
        ),
        Row("Tokens"),
        Panel(
            "Tokens per second",
            {"{{key}} {{kind}}": f"sum by (key, kind) ({per_second('ai_gateway_tokens_total')})"},
            "short",
            "Asked and said.",
        ),
        Panel("Left of today's tokens", {"{{key}}": LEFT}, "percent", "Keys without a budget are not here.", maximum=100),
        Panel("Cost by key", {"{{key}}": f"sum by (key) (ai_gateway_cost_total{{{KEY}}})"}, "none", "Since midnight UTC."),
        Panel(
            "Answers whose tokens nobody told",
            {"{{key}}": f"sum by (key) (increase(ai_gateway_estimated_total{{{KEY}}}[1h]))"},
            "short",
            "Within an hour: they were estimated.",
        ),
    ],
    variables=(("key", "Key", "ai_gateway_tokens_total"),),
)
