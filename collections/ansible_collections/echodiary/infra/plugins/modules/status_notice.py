#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of ``status_notice``. The work is begun by the action plugin of the same name, on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: status_notice
short_description: Announce a maintenance or an incident on the page for users
version_added: 0.1.0
description:
  - Writes, on the host that has component C(status_page), what its readers are told, from when to when. The page has it within a minute,
    edges within another.
  - What nobody could mean is refused before any host is called, an end before the start for one.
options:
  state:
    description:
      - V(present) announces it, or says anew what has the same O(id).
      - V(over) ends it now; it stays among what was.
      - V(withdrawn) takes it away.
      - V(read) only tells what is announced.
    type: str
    choices: [present, over, withdrawn, read]
    default: present
  kind:
    description: What it is. A maintenance needs an end, an incident does not.
    type: str
    choices: [maintenance, incident]
    default: maintenance
  id:
    description: What it is called. Made of its kind and its start by default.
    type: str
    default: ''
  start:
    description: A date, or a time with its offset. Now by default.
    type: str
    default: ''
  end:
    description: When it is over, likewise.
    type: str
    default: ''
  minutes:
    description: In place of O(end), how long it takes.
    type: int
    default: 0
  en:
    description: What is told in English, as text; at most 500 characters.
    type: str
    default: ''
  ko:
    description: The same in Korean.
    type: str
    default: ''
  source:
    description: Who says so. V(over) and V(withdrawn) without O(id) mean all of it.
    type: str
    default: ''
attributes:
  check_mode:
    description: Says what would be announced, and writes nothing.
    support: full
  diff_mode:
    description: RV(said) is what there is afterwards.
    support: none
  idempotent:
    description: What is announced already is not written again. Without O(start) each run begins anew.
    support: full
  platform:
    description: Needs Python on the host.
    support: full
    platforms: posix
notes:
  - Needs root on the host (C(become)).
author:
  - The echodiary.infra maintainers (@echodiary)
"""

EXAMPLES = r"""
- name: Announce it
  echodiary.infra.status_notice:
    start: 2026-12-05T02:00:00+09:00
    end: 2026-12-05T04:00:00+09:00
    en: The diary moves to a larger database and cannot be written to.
    ko: 더 큰 데이터베이스로 옮기는 동안 일기를 쓸 수 없습니다.
  delegate_to: mon1
  become: true
  run_once: true

- name: Say that it is over
  echodiary.infra.status_notice:
    state: over
    id: maintenance-1796403600
  delegate_to: mon1
  become: true
  run_once: true
"""

RETURN = r"""
notices:
  description: All that are announced afterwards, as they are kept.
  returned: always
  type: list
  elements: dict
said:
  description: The same, a line each.
  returned: always
  type: list
  elements: str
"""
