# SPDX-License-Identifier: GPL-3.0-or-later
"""The half of ``converge`` that runs on the host: standard library only, sent as one compressed payload.

Reading order: ``host`` (all components of a host) -> ``component`` (one transaction) -> one file per part of it. Kinds of resources are
files of ``_kinds``. Every one has a reader (touches nothing) and a pure ``plan``; what changes a host is called ``apply`` or lives in
``transaction``.
"""
