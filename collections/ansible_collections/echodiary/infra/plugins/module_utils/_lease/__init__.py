# SPDX-License-Identifier: GPL-3.0-or-later
"""The half of ``deploy_lock`` that runs on the host: standard library only.

Reading order: ``main`` (under one flock: read, plan, write) -> ``planning`` (pure) -> ``clock`` (how old a lease is) -> ``store``.
"""
