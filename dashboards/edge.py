# SPDX-License-Identifier: GPL-3.0-or-later
"""The edge of the application hosts: what comes in, what goes to which slot, and what is lost on the way."""

from __future__ import annotations

from dashboards.model import Dashboard, Panel, Row

HOST = 'job="haproxy",instance=~"$instance"'
EDGE = f'{HOST},proxy="edge"'
BEHIND = f'{HOST},proxy=~"$proxy"'
AFTER, BEFORE = (f'edge_certificate_not_{one}_timestamp_seconds{{instance=~"$instance"}}' for one in ("after", "before"))
LEFT = f"100 * ({AFTER} - time()) / ({AFTER} - {BEFORE})"


def rate(metric: str, labels: str) -> str:
    return f"rate({metric}{{{labels}}}[$__rate_interval])"


HAPROXY = Dashboard(
    "echodiary-haproxy",
    "EchoDiary HAProxy",
    [
        Panel(
            "Requests at the edge",
            {"requests": f"sum({rate('haproxy_frontend_http_requests_total', EDGE)})"},
            "reqps",
            "Per second, of all hosts chosen.",
            "stat",
            6,
        ),
        Panel(
            "Share of answers that are 5xx",
            {
                "5xx": f"sum({rate('haproxy_frontend_http_responses_total', EDGE + ',code=' + chr(34) + '5xx' + chr(34))})"
                f" / (sum({rate('haproxy_frontend_http_responses_total', EDGE)}) > 0) or vector(0)"
            },
            "percentunit",
            "As users see it: the application's and HAProxy's own.",
            "stat",
            6,
            ((0.01, "yellow"), (0.05, "red")),
        ),
        Panel(
            "Backends without a slot that is up",
            {"backends": f"count(haproxy_backend_active_servers{{{BEHIND}}} == 0) or vector(0)"},
            "none",
            "Their users get the 503 page.",
            "stat",
            6,
            ((1, "red"),),
        ),
        Panel(
            "Connections in use",
            {"{{instance}}": f"100 * haproxy_process_current_connections{{{HOST}}} / (haproxy_process_max_connections{{{HOST}}} > 0)"},
            "percent",
            "Of those HAProxy may open. At 100 % clients wait in the kernel.",
            "stat",
            6,
            ((80, "red"),),
        ),
        Row("What comes in"),
        Panel(
            "Answers at the edge by class",
            {"{{code}}": f"sum by (code) ({rate('haproxy_frontend_http_responses_total', EDGE)})"},
            "reqps",
            "What users were answered.",
        ),
        Panel(
            "Requests at the edge by host",
            {"{{instance}}": f"sum by (instance) ({rate('haproxy_frontend_http_requests_total', EDGE)})"},
            "reqps",
            "A host that is out of traffic has none.",
        ),
        Panel(
            "Refused at the edge",
            {
                "denied": f"sum({rate('haproxy_frontend_requests_denied_total', EDGE)})",
                "malformed": f"sum({rate('haproxy_frontend_request_errors_total', EDGE)})",
                "connections": f"sum({rate('haproxy_frontend_denied_connections_total', EDGE)}"
                f" + {rate('haproxy_frontend_denied_sessions_total', EDGE)})",
            },
            "reqps",
            "Requests that never reached an application, by a limit or because they were none, and connections of one client too many.",
        ),
        Panel(
            "Bytes at the edge",
            {
                "in": f"sum({rate('haproxy_frontend_bytes_in_total', EDGE)})",
                "out": f"sum({rate('haproxy_frontend_bytes_out_total', EDGE)})",
            },
            "Bps",
            "To and from users.",
        ),
        Row("What goes to the slots"),
        Panel(
            "Slots that are up",
            {"{{instance}} {{proxy}}": f"haproxy_backend_active_servers{{{BEHIND}}}"},
            "short",
            "One serves; two during a deploy.",
        ),
        Panel(
            "Answers by slot",
            {"{{instance}} {{server}}": f"sum by (instance, server) ({rate('haproxy_server_http_responses_total', BEHIND)})"},
            "reqps",
            "How a deploy moves traffic from one to the other.",
        ),
        Panel(
            "Response time by slot",
            {"{{instance}} {{server}}": f"haproxy_server_response_time_average_seconds{{{BEHIND}}}"},
            "s",
            "Mean of the last 1024 requests.",
        ),
        Panel(
            "Requests that wait for a slot",
            {"{{instance}} {{proxy}}": f"haproxy_backend_current_queue{{{BEHIND}}}"},
            "short",
            "The application takes them more slowly than they come.",
        ),
        Panel(
            "Lost on the way to the slots",
            {
                "not connected": f"sum({rate('haproxy_backend_connection_errors_total', BEHIND)})",
                "broke off": f"sum({rate('haproxy_backend_response_errors_total', BEHIND)})",
                "tried again": f"sum({rate('haproxy_backend_retry_warnings_total', BEHIND)})",
            },
            "cps",
            "Connections; what could be tried again users did not notice.",
        ),
        Panel(
            "Failed checks of the slots",
            {"{{instance}} {{server}}": f"sum by (instance, server) (increase(haproxy_server_check_failures_total{{{BEHIND}}}[5m]))"},
            "short",
            "Within 5 min. A slot at rest is not checked.",
        ),
        Row("Its certificate, where TLS ends here"),
        Panel("Life left of the certificate", {"{{instance}}": LEFT}, "percent", "Of all it had. It is renewed before it falls to 33 %."),
        Panel(
            "Failures to keep the certificate",
            {"{{instance}}": 'edge_certificate_failures{instance=~"$instance"}'},
            "short",
            "In a row. What is served stays meanwhile.",
        ),
    ],
    variables=(("instance", "Host", "haproxy_process_uptime_seconds"), ("proxy", "Application", "haproxy_backend_active_servers")),
)
