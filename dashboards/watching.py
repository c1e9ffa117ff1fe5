# SPDX-License-Identifier: GPL-3.0-or-later
"""The watching itself: does Prometheus see everything, keep up and keep its data; do people hear what Alertmanager says?"""

from __future__ import annotations

from dashboards.model import Dashboard, Panel, Row

ITSELF = 'job="prometheus"'
TOLD = 'job="alertmanager"'


def rate(metric: str, labels: str) -> str:
    return f"rate({metric}{{{labels}}}[$__rate_interval])"


PROMETHEUS = Dashboard(
    "echodiary-prometheus",
    "EchoDiary Prometheus",
    [
        Panel(
            "Targets that do not answer",
            {"down": "count(up == 0) or vector(0)"},
            "none",
            "Of those that are scraped.",
            "stat",
            6,
            ((1, "red"),),
        ),
        Panel(
            "Expected targets that are not scraped",
            {"missing": "count(expected_target unless on (job, instance) up) or vector(0)"},
            "none",
            "The inventory has them, the configuration does not.",
            "stat",
            6,
            ((1, "red"),),
        ),
        Panel(
            "Rules that failed",
            {"failed": f"sum(increase(prometheus_rule_evaluation_failures_total{{{ITSELF}}}[1h]))"},
            "none",
            "Evaluations within an hour. An alert among them cannot fire.",
            "stat",
            6,
            ((1, "red"),),
        ),
        Panel(
            "Configuration in force",
            {"loaded": f"min(prometheus_config_last_reload_successful{{{ITSELF}}})"},
            "none",
            "Whether the last reload took what is on the disk.",
            "stat",
            6,
            ((1, "green"),),
            "red",
            mappings=(("0", "an old one", "red"), ("1", "the newest", "green")),
        ),
        Row("Scraping"),
        Panel("Targets that answer by job", {"{{job}}": "sum by (job) (up)"}, "short", "A step down is a target that went away."),
        Panel(
            "Slowest scrape by job",
            {"{{job}}": "max by (job) (scrape_duration_seconds)"},
            "s",
            "One that takes as long as the pause fails.",
        ),
        Panel("Samples per scrape by job", {"{{job}}": "sum by (job) (scrape_samples_scraped)"}, "short", "Who fills the disk."),
        Panel(
            "Samples taken in",
            {"samples": f"sum({rate('prometheus_tsdb_head_samples_appended_total', ITSELF)})"},
            "cps",
            "Per second.",
        ),
        Row("Rules"),
        Panel(
            "Slowest groups of rules",
            {"{{rule_group}}": f"topk(5, prometheus_rule_group_last_duration_seconds{{{ITSELF}}})"},
            "s",
            "One that takes as long as the interval is late.",
        ),
        Panel(
            "Evaluations that were missed",
            {"missed": f"sum(increase(prometheus_rule_group_iterations_missed_total{{{ITSELF}}}[15m]))"},
            "short",
            "Within 15 min: too little CPU, or a rule that is too heavy.",
        ),
        Row("Storage and memory"),
        Panel("Series in memory", {"series": f"sum(prometheus_tsdb_head_series{{{ITSELF}}})"}, "short", "What memory is spent on."),
        Panel("Memory of Prometheus", {"resident": f"sum(process_resident_memory_bytes{{{ITSELF}}})"}, "bytes", "Resident."),
        Panel(
            "Data on the disk",
            {
                "blocks": f"sum(prometheus_tsdb_storage_blocks_bytes{{{ITSELF}}})",
                "limit": f"sum(prometheus_tsdb_retention_limit_bytes{{{ITSELF}}})",
            },
            "bytes",
            "A limit of 0 is none.",
        ),
        Panel(
            "Trouble with the data",
            {
                "log damaged": f"sum(increase(prometheus_tsdb_wal_corruptions_total{{{ITSELF}}}[3h]))",
                "compaction failed": f"sum(increase(prometheus_tsdb_compactions_failed_total{{{ITSELF}}}[3h]))",
            },
            "short",
            "Within 3 h, usually for want of disk space.",
        ),
        Row("Alerts on their way"),
        Panel(
            "Alerts handed to Alertmanager",
            {"{{alertmanager}}": f"sum by (alertmanager) ({rate('prometheus_notifications_sent_total', ITSELF)})"},
            "cps",
            "Watchdog keeps this above 0.",
        ),
        Panel(
            "Alerts that were not handed over",
            {
                "dropped": f"sum(increase(prometheus_notifications_dropped_total{{{ITSELF}}}[5m]))",
                "failed": f"sum(increase(prometheus_notifications_errors_total{{{ITSELF}}}[5m]))",
            },
            "short",
            "Within 5 min. A reload drops what is on its way and sends it again.",
        ),
    ],
)

ALERTMANAGER = Dashboard(
    "echodiary-alertmanager",
    "EchoDiary Alertmanager",
    [
        Panel(
            "Alerts it holds",
            {"{{state}}": f"sum by (state) (alertmanager_alerts{{{TOLD}}})"},
            "none",
            "Active ones are told, suppressed ones are silenced or muted by their cause.",
            "stat",
            8,
        ),
        Panel(
            "Silences in force",
            {"silences": f'sum(alertmanager_silences{{{TOLD},state="active"}})'},
            "none",
            "What nobody is told of at the moment.",
            "stat",
            8,
            ((1, "blue"),),
        ),
        Panel(
            "Configuration in force",
            {"loaded": f"min(alertmanager_config_last_reload_successful{{{TOLD}}})"},
            "none",
            "Whether the last reload took what is on the disk.",
            "stat",
            8,
            ((1, "green"),),
            "red",
            mappings=(("0", "an old one", "red"), ("1", "the newest", "green")),
        ),
        Row("Messages"),
        Panel(
            "Messages by receiver",
            {"{{integration}}": f"3600 * sum by (integration) ({rate('alertmanager_notifications_total', TOLD)})"},
            "short",
            "Per hour; the heartbeat is a webhook.",
        ),
        Panel(
            "Messages that did not arrive",
            {"{{integration}}": f"sum by (integration) (increase(alertmanager_notifications_failed_total{{{TOLD}}}[15m]))"},
            "short",
            "Within 15 min.",
        ),
        Panel(
            "Duration of a delivery",
            {
                "p95 {{integration}}": "histogram_quantile(0.95, sum by (le, integration)"
                f" ({rate('alertmanager_notification_latency_seconds_bucket', TOLD)}))"
            },
            "s",
            "Of the receiver's answer.",
        ),
        Panel(
            "Alerts received from Prometheus",
            {"{{status}}": f"sum by (status) ({rate('alertmanager_alerts_received_total', TOLD)})"},
            "cps",
            "Firing and resolved ones.",
        ),
        Row("The daily digest"),
        Panel(
            "Age of the last digest",
            {"age": "time() - max(echodiary_digest_last_success_timestamp_seconds)"},
            "s",
            "Warnings are told in it only.",
            steps=((26 * 3600, "red"),),
        ),
        Panel("Memory of Alertmanager", {"resident": f"sum(process_resident_memory_bytes{{{TOLD}}})"}, "bytes", "Resident."),
    ],
)
