# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether what is to be saved is saved, how much that is, and whether it can be read back."""

from __future__ import annotations

from dashboards.model import Dashboard, Panel, Row

YES = (("0", "no", "red"), ("1", "yes", "green"))

BACKUPS = Dashboard(
    "echodiary-backups",
    "EchoDiary backups",
    [
        Panel(
            "Age of the newest backup",
            {"{{backup_job}}": 'time() - max by (backup_job) (echodiary_backup_last_success_timestamp_seconds{backup_job!=""})'},
            "s",
            "Of each job.",
            "stat",
            12,
            ((26 * 3600, "red"),),
        ),
        Panel("Read back as written", {"last part": "min(echodiary_backup_read_ok)"}, "none", "The last part.", "stat", 4, mappings=YES),
        Panel(
            "Read back",
            {"ago": "time() - max(echodiary_backup_read_last_timestamp_seconds)"},
            "s",
            "Since a part was.",
            "stat",
            4,
            ((8 * 86400, "red"),),
        ),
        Panel("Old ones removed", {"as meant": "min(echodiary_backup_prune_ok)"}, "none", "As they should.", "stat", 4, mappings=YES),
        Row("Each night"),
        Panel(
            "Bytes saved",
            {"{{backup_job}}": "max by (backup_job) (echodiary_backup_bytes)"},
            "bytes",
            "Of the data, before it is deduplicated.",
        ),
        Panel("Duration of the last run", {"{{backup_job}}": "max by (backup_job) (echodiary_backup_seconds)"}, "s", "The last good one."),
        Panel(
            "Snapshots of each job",
            {"{{backup_job}}": "max by (backup_job) (echodiary_backup_snapshots)"},
            "short",
            "Of the job in the repository.",
        ),
        Row("Comes back, and is whole"),
        Panel(
            "Comes back",
            {"{{backup_job}}": "min by (backup_job) (echodiary_restore_test_ok)"},
            "none",
            "The last restore that was tried, by all its checks.",
            "stat",
            6,
            mappings=YES,
        ),
        Panel(
            "Came back",
            {"{{backup_job}}": "time() - max by (backup_job) (echodiary_restore_test_last_success_timestamp_seconds)"},
            "s",
            "Since a restore was tried and all was well.",
            "stat",
            6,
            ((32 * 86400, "red"),),
        ),
        Panel(
            "Database is whole",
            {"{{backup_job}}": "min by (backup_job) (echodiary_amcheck_ok)"},
            "none",
            "As pg_amcheck last found the live one.",
            "stat",
            6,
            mappings=YES,
        ),
        Panel(
            "Looked through",
            {"{{backup_job}}": "time() - max by (backup_job) (echodiary_amcheck_last_success_timestamp_seconds)"},
            "s",
            "Since all of the live database was found to be whole.",
            "stat",
            6,
            ((8 * 86400, "red"),),
        ),
        Panel(
            "Time until it is back",
            {"{{backup_job}} {{phase}}": "max by (backup_job, phase) (echodiary_restore_test_seconds)"},
            "s",
            "Of the last restore, by phase.",
        ),
        Panel("Time to look through it", {"{{backup_job}}": "max by (backup_job) (echodiary_amcheck_seconds)"}, "s", "By pg_amcheck."),
    ],
    period="now-30d",
)
