# SPDX-License-Identifier: GPL-3.0-or-later
"""The half of ``release_history`` that runs on the host: standard library only.

Reading order: ``main`` (append or read the journal) -> ``records`` (which lines can be relied on) -> ``ownership`` (which are about one
component) -> ``goodness`` (pure: which release is good, which one to go back to).
"""
