#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of ``release_history``. The work is done by the action plugin of the same name and by module_utils/_history."""

from __future__ import annotations

DOCUMENTATION = r"""
module: release_history
short_description: Record releases on the hosts, and read which one was good
version_added: 0.1.0
description:
  - The history is a file on the host with one JSON document per line, to which is only ever appended, and which is rotated when it grows.
  - A line that a crash cut off, or that is no record, costs that line only, and is counted.
  - From the history follows which release is good. A deploy or rollback that succeeded makes its release good, and a rollback from it
    ends that. A release is an image's digest together with its configuration's fingerprint.
options:
  state:
    description: V(appended) records O(entry), V(read) reads.
    type: str
    choices: [appended, read]
    default: read
  entry:
    description: What happened. Nothing that is empty is kept.
    type: dict
    suboptions:
      id:
        description: Identifies the entry. An entry whose id is there already is not recorded again. Made up where none is given.
        type: str
      at:
        description: When it happened, UTC, as in V(2026-12-01T09:00:00Z). The controller's time where none is given.
        type: str
      who:
        description: Who did it. In GitHub Actions the actor, else the login and the controller.
        type: str
      why:
        description: Why it was done.
        type: str
        default: ''
      run_url:
        description: Where it can be looked at. In GitHub Actions the page of the run.
        type: str
      kind:
        description: What was done.
        type: str
        choices: [deploy, rollback, restart, migrate, converge, incident]
        default: deploy
      outcome:
        description:
          - V(succeeded) when all hosts are as wanted, V(taken_back) when all are as before, V(partial) when they differ, V(failed) when
            nothing was changed, V(refused) when it was not even begun.
        type: str
        choices: [succeeded, taken_back, partial, failed, refused]
        required: true
      component:
        description: The component whose release it is.
        type: str
        default: ''
      release:
        description: Its name, a tag for example.
        type: str
        default: ''
      commit:
        description: The commit of the source.
        type: str
        default: ''
      digest:
        description: The image's digest. Spell it the same way each time.
        type: str
        default: ''
      config:
        description: Fingerprint of the configuration that the image ran with.
        type: str
        default: ''
      digest_before:
        description: The image that served before.
        type: str
        default: ''
      config_before:
        description: Fingerprint of the configuration that it ran with.
        type: str
        default: ''
      migration_from:
        description: Revision of the schema before.
        type: str
        default: ''
      migration_to:
        description: Revision of the schema after, or by which command of the release it was changed.
        type: str
        default: ''
      rollback_of:
        description: Of a rollback, the id of the entry or the digest that was left.
        type: str
        default: ''
      gates:
        description: Name of each gate's condition to its last value.
        type: dict
        default: {}
      seconds:
        description: Phase to seconds; C(total) is shown in tables.
        type: dict
        default: {}
      hosts:
        description: Host to what happened there, phase to seconds for example.
        type: dict
        default: {}
      error:
        description: One line that says what went wrong.
        type: str
        default: ''
  component:
    description:
      - Only what is about this component, or about none. Which release is good is then asked of its own entries.
      - Empty for all entries.
    type: str
    default: ''
  image:
    description:
      - An image of O(component). Entries from before entries named a component are its own where their image is from this repository, is
        one that its slots run, have run or keep on the host, or is from a repository of those; else they are nobody's.
    type: str
    default: ''
  only:
    description: Whether no other component of the fleet has a release. All entries from before entries named a component are then its own.
    type: bool
    default: false
  last:
    description: How many entries to read.
    type: int
    default: 20
  outcomes:
    description: Only entries with one of these outcomes.
    type: list
    elements: str
    choices: [succeeded, taken_back, partial, failed, refused]
    default: []
  path:
    description: The file. Older files are C(<path>.1) to C(<path>.3).
    type: path
    default: /var/lib/echodiary/history.jsonl
  max_bytes:
    description: Size after which a new file is begun.
    type: int
    default: 1000000
attributes:
  check_mode:
    description: Says whether the entry would be recorded.
    support: full
  diff_mode:
    description: The entry is returned.
    support: none
  idempotent:
    description: For entries with an O(entry.id) of their own.
    support: full
  platform:
    description: Hosts with Python 3.9 or later.
    support: full
    platforms: posix
notes:
  - Needs root on the host (C(become)), because of O(path).
  - Record on every host with the same O(entry.id). A host that is lost then takes no history along.
author:
  - The echodiary.infra maintainers (@echodiary)
"""

EXAMPLES = r"""
- name: Record the deploy
  echodiary.infra.release_history:
    state: appended
    entry:
      id: "{{ deploy_id }}"
      outcome: succeeded
      release: v1.4.0
      commit: 8dfe99b
      digest: sha256:5946e79d62b8a3a0c35b8f4b8f4b8a3a0c35b8f4b8f4b8a3a0c35b8f4b8f4b8a
      migration_from: "0003"
      migration_to: "0004"
      gates: {error rate: 0.0, p95: 0.12}
      seconds: {preflight: 3.1, migrate: 2.0, roll: 21.7, total: 29.4}
  become: true

- name: Read what a rollback would go to
  echodiary.infra.release_history:
    last: 1
  become: true
  register: history

- name: Show it
  ansible.builtin.debug:
    msg: "{{ history.table }}"
"""

RETURN = r"""
entry:
  description: The entry as it is recorded.
  returned: when O(state=appended)
  type: dict
entries:
  description: Entries, newest first.
  returned: when O(state=read)
  type: list
  elements: dict
last_good:
  description: The entry that brought the release that should run now, or nothing.
  returned: when O(state=read)
  type: dict
previous_good:
  description: The entry of the last good release before that, to which a rollback without arguments goes, or nothing.
  returned: when O(state=read)
  type: dict
damaged:
  description:
    - How many lines are no record. They are cut off, have no O(entry.id), O(entry.kind) or O(entry.outcome), or a field of another type.
  returned: when O(state=read)
  type: int
table:
  description: The entries as lines for people. A C(*) marks the release that should run now.
  returned: when O(state=read)
  type: list
  elements: str
msg:
  description: One line.
  returned: always
  type: str
"""
