# SPDX-License-Identifier: GPL-3.0-or-later
"""What `init` says: what becomes of each file, and the command that comes next. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from .shapes import Answers, File


def lines(files: list[File], *, check: bool) -> Iterator[str]:
    """A line per file."""
    for file in files:
        yield f"{_state(file, check):<12}  {file.path}{f' ({file.note})' if file.note else ''}"


def _state(file: File, check: bool) -> str:
    if file.before == file.text:
        return "kept"
    done = "written" if file.before is None else "added to"
    return {"written": "would write", "added to": "would add to"}[done] if check else done


def afterwards(answers: Answers, files: list[File], why: str, *, check: bool) -> Iterator[str]:
    """What to do next, as one types it."""
    if why:
        yield f"note: {answers.image.reference} is pinned by its tag, which may move: {why}. The next deploy pins the digest:"
        yield f"  ansible-playbook echodiary.infra.deploy -e component={answers.app} -e release={answers.image.tag}"
    if answers.migrate:
        where = f"roles/{answers.app}/component.yml"
        yield f"note: nothing saves the database before a migration, until database in {where} says where it is (docs/backup.md)"
    if answers.region:
        yield "note: hosts are found by their tags in AWS (inventories/production/aws_ec2.yml says which); make them first"
    for file in files:
        if file.note:
            yield f"note: {file.path} was there already: {file.note}"
    if check:
        yield "next: the same without --check"
        return
    yield "next: ansible-playbook site.yml --check"
    yield "then: ansible-playbook site.yml"
