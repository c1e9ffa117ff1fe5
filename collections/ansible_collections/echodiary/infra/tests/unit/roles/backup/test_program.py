# SPDX-License-Identifier: GPL-3.0-or-later
"""What the program thinks without restic: names, tags, choices, words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from echodiary_backup import failures, fetch, initial, listing, metrics, producers, run, times, verify
from echodiary_backup.errors import BackupError
from echodiary_backup.restic import Ended

NIGHT = datetime(2026, 3, 1, 2, 30, tzinfo=UTC)
DATABASE: Any = {
    "host": "db.example",
    "port": 5432,
    "name": "shop",
    "user": "shop",
    "password": "not-to-be-seen",
    "sslmode": "verify-full",
    "ca_certificate": "/etc/ssl/db.pem",
    "image": "postgres:17",
}


def snapshot(identifier: str, time: str, *tags: str) -> dict[str, Any]:
    return {"id": identifier, "time": time, "tags": list(tags), "summary": {"total_bytes_processed": 7}}


def test_the_first_of_a_month_is_its_monthly_one() -> None:
    before = listing.entries([snapshot("a", "2026-02-01T02:30:00Z", "database", "scheduled", "monthly")], ["database"])
    assert run.tags_of("database", "", NIGHT, before) == ["database", "scheduled", "monthly"]
    after = listing.entries([snapshot("b", "2026-03-01T01:00:00Z", "database", "scheduled", "monthly")], ["database"])
    assert run.tags_of("database", "", NIGHT, after) == ["database", "scheduled"]


def test_what_a_deploy_saves_is_no_months_first() -> None:
    assert run.tags_of("database", "deploy", NIGHT, []) == ["database", "deploy"]


def test_times_of_restic_are_read_to_the_second_in_utc() -> None:
    assert times.told(times.of_restic("2026-03-01T03:30:00.123456789+01:00")) == "2026-03-01T02:30:00Z"
    with pytest.raises(BackupError, match="no time"):
        times.typed("yesterday")


def test_a_snapshot_is_found_by_its_beginning_or_as_the_latest() -> None:
    present = listing.entries([snapshot("aaaa1", "2026-03-01T02:30:00Z", "d"), snapshot("bbbb2", "2026-03-02T02:30:00Z", "d")], ["d"])
    assert fetch.choose(present, "d", "latest")["id"] == "bbbb2"
    assert fetch.choose(present, "d", "aaaa")["id"] == "aaaa1"
    for wanted in ("cccc", "a", ""):
        with pytest.raises(BackupError, match="list d"):
            fetch.choose(present, "d", wanted)
    with pytest.raises(BackupError, match="none yet"):
        fetch.choose([], "d", "latest")


def test_what_is_one_file_is_told_by_the_snapshot() -> None:
    """A host that has no such job gives it back as well."""
    assert listing.file({"paths": ["/database.dump"]}, "database") == "/database.dump"
    assert listing.file({"paths": ["/queue.rdb"]}, "queue") == "/queue.rdb"
    for paths in ([], ["/srv/files"], ["/other.dump"]):
        assert listing.file({"paths": paths}, "database") == ""


def test_jobs_are_told_without_anything_secret() -> None:
    found: Any = {
        "database": {"kind": "postgres", "component": "shop", "hours": 26, "database": DATABASE},
        "a": {"kind": "path", "hours": 1},
    }
    told = listing.jobs(found)
    assert told == [
        {"job": "a", "kind": "path", "component": "", "hours": 1},
        {"job": "database", "kind": "postgres", "component": "shop", "hours": 26},
    ]


def test_no_password_is_an_argument() -> None:
    assert "not-to-be-seen" not in " ".join(producers.dump(DATABASE, "x"))
    job: Any = {"kind": "redis", "host": "cache", "port": 6379, "user": "saver", "password": "not-to-be-seen", "tls": True}
    assert producers.redis(job) == ["-h", "cache", "-p", "6379", "--user", "saver", "--tls"]


@pytest.mark.parametrize(
    ("code", "said", "word"),
    [
        (12, "Fatal: wrong password or no key found", "backup_password"),
        (10, "Fatal: repository does not exist", "echodiary-backup init"),
        (11, "repo already locked, waiting", "locked"),
        (1, "Save(<data/1>) returned error, retrying: client.PutObject: InsufficientStorage", "the bucket is full"),
        (130, "The request signature we calculated does not match the signature you provided", "does not know the key"),
        (1, "dial tcp 10.0.0.1:8333: connect: connection refused", "does not answer"),
        (1, "client.PutObject: Access Denied.", "refuses"),
        (3, "Fatal: something new", "something new"),
    ],
)
def test_each_failure_is_one_sentence_with_the_command_to_repeat(code: int, said: str, word: str) -> None:
    sentence = failures.sentence(code, said, "s3:http://store/b", "sudo echodiary-backup run database")
    assert word in sentence
    assert sentence.count("\n") == 0
    assert sentence.endswith("sudo echodiary-backup run database")


def test_only_what_waiting_does_not_cure_ends_a_run() -> None:
    assert failures.hopeless("client.PutObject: QuotaExceeded")
    assert not failures.hopeless("dial tcp: connection refused")


def test_a_year_reads_every_part() -> None:
    weeks = [verify.of_week(datetime.fromisocalendar(2026, week, 7)) for week in range(1, 15)]
    assert sorted(weeks[:7]) == list(range(1, 8))
    assert weeks[:7] == weeks[7:]


def test_a_label_may_be_any_text() -> None:
    text = metrics.text({"environment": 'a"b\\c', "component": ""}, [metrics.Metric("bytes", "Of it.", 3.0)])
    assert text.splitlines()[-1] == 'echodiary_backup_bytes{environment="a\\"b\\\\c"} 3'


@pytest.mark.parametrize(("makes", "typed", "made"), [(True, False, True), (False, False, False), (False, True, True)])
def test_of_several_hosts_one_makes_the_repository(monkeypatch: pytest.MonkeyPatch, makes: bool, typed: bool, made: bool) -> None:
    """Two at once would each write a key of its own, and neither could read what the other wrote."""
    asked: list[str] = []

    class Absent:
        repository = "s3:https://store.example/bucket"

        def __init__(self, *_: Any) -> None:
            pass

        def run(self, *_: str, quiet: bool) -> Ended:
            return Ended(failures.NO_REPOSITORY, "", "")

        def ask(self, *words: str) -> None:
            asked.extend(words)

    monkeypatch.setattr(initial, "Restic", Absent)
    config: Any = {"jobs": {}, "textfiles": "", "makes_repository": makes}
    said = initial.init(config, typed=typed)
    assert asked == (["init"] if made else [])
    assert ("drawer" in said) is made and ("another host makes it" in said) is not made
