# SPDX-License-Identifier: GPL-3.0-or-later
"""The API: how many requests, how fast, how many fail, and which handlers those are."""

from __future__ import annotations

from dashboards.model import Dashboard, Panel, Row

ON = 'job="echodiary",instance=~"$instance"'
EDGE = 'job="haproxy",instance=~"$instance"'
BACKEND = f'{EDGE},proxy="echodiary"'
BUCKETS = f"rate(http_request_duration_seconds_bucket{{{ON}}}[$__rate_interval])"
REQUESTS = f"rate(http_requests_total{{{ON}}}[$__rate_interval])"


def failed(labels: str = "") -> str:
    return f'rate(http_requests_total{{{ON},status="5xx"{labels}}}[$__rate_interval])'


def quantile(part: float, *by: str) -> str:
    return f"histogram_quantile({part}, sum by ({', '.join(['le', *by])}) ({BUCKETS}))"


API = Dashboard(
    "echodiary-api",
    "EchoDiary API",
    [
        Panel(
            "Requests per second",
            {"requests": f"sum({REQUESTS})"},
            "reqps",
            "Answered per second, probes and scrapes not counted.",
            "stat",
            6,
        ),
        Panel(
            "Share of 5xx answers",
            {"5xx": f"(sum({failed()}) or vector(0)) / (sum({REQUESTS}) > 0) or vector(0)"},
            "percentunit",
            "Share of requests answered 5xx. Yellow is a warning, red is critical.",
            "stat",
            6,
            ((0.01, "yellow"), (0.05, "red")),
        ),
        Panel(
            "Duration of 95 % of requests",
            {"p95": quantile(0.95)},
            "s",
            "95 of 100 requests were faster.",
            "stat",
            6,
            ((0.5, "yellow"), (1, "red")),
        ),
        Panel(
            "Hosts that answer",
            {"up": 'sum(up{job="echodiary"})', "expected": 'count(expected_target{job="echodiary"})'},
            "none",
            "Application hosts whose metrics answer, of those the inventory expects.",
            "stat",
            6,
        ),
        Row("Requests"),
        Panel("Requests by handler", {"{{method}} {{handler}}": f"sum by (method, handler) ({REQUESTS})"}, "reqps", "Per second."),
        Panel(
            "Duration of requests",
            {f"p{100 * part:.0f}": quantile(part) for part in (0.5, 0.95, 0.99)},
            "s",
            "Quantiles over all handlers and workers.",
        ),
        Panel("Answers by class", {"{{status}}": f"sum by (status) ({REQUESTS})"}, "reqps", "2xx, 4xx, 5xx per second."),
        Panel("p95 by handler", {"{{method}} {{handler}}": quantile(0.95, "method", "handler")}, "s", "Which operation is slow."),
        Panel(
            "Errors by handler",
            {"{{method}} {{handler}}": f"sum by (method, handler) ({failed()}) or 0 * sum by (method, handler) ({REQUESTS})"},
            "reqps",
            "5xx per second.",
        ),
        Panel(
            "Requests in progress",
            {"{{instance}}": f"sum by (instance) (http_requests_in_progress{{{ON}}})"},
            "short",
            "Being answered at this moment.",
        ),
        Row("Edge"),
        Panel(
            "Answers at the edge",
            {"{{code}}": f'sum by (code) (rate(haproxy_frontend_http_responses_total{{{EDGE},proxy="edge"}}[$__rate_interval]))'},
            "reqps",
            "As users get them: with HAProxy's own 503 pages.",
        ),
        Panel(
            "Slots that are up",
            {"{{instance}}": f"haproxy_backend_active_servers{{{BACKEND}}}"},
            "short",
            "Servers that pass HAProxy's check; 0 is an outage of the host.",
        ),
        Panel(
            "Lost and waiting",
            {
                "connect errors {{instance}}": f"rate(haproxy_backend_connection_errors_total{{{BACKEND}}}[$__rate_interval])",
                "broken answers {{instance}}": f"rate(haproxy_backend_response_errors_total{{{BACKEND}}}[$__rate_interval])",
                "queue {{instance}}": f"haproxy_backend_current_queue{{{BACKEND}}}",
            },
            "short",
            "Requests HAProxy lost, per second, and those that wait for a slot.",
        ),
        Panel(
            "Duration of the health check",
            {"{{instance}}": 'probe_duration_seconds{job="probe",instance=~"$instance"}'},
            "s",
            "How long /health takes from the monitoring host.",
        ),
        Row("Database, as the application sees it"),
        Panel(
            "Database connections of the pools",
            {
                "in use": f"sum(echodiary_db_pool_checked_out{{{ON}}})",
                "open": f"sum(echodiary_db_pool_open{{{ON}}})",
                "limit": f"sum(echodiary_db_pool_limit{{{ON}}})",
            },
            "short",
            "Of the application's pools: in use, open, and how many may be opened.",
        ),
        Panel(
            "Trouble with database connections",
            {
                "connect errors": f"sum(rate(echodiary_db_connect_errors_total{{{ON}}}[$__rate_interval]))",
                "pool timeouts": f"sum(rate(echodiary_db_pool_timeout_total{{{ON}}}[$__rate_interval]))",
            },
            "cps",
            "Per second. Flat is good.",
        ),
    ],
    [("instance", "Host", 'up{job="echodiary"}')],
    period="now-1h",
)
