# SPDX-License-Identifier: GPL-3.0-or-later
"""The gateway before a model server: whose keys are known there, and where it listens."""
