# SPDX-License-Identifier: GPL-3.0-or-later
"""The half of ``rehearsal`` that runs on the host: a release's pending migrations on a copy of production's data, measured.

Standard library only, sent as one compressed payload. Nothing here decides what is too much; that is done on the controller.
"""
