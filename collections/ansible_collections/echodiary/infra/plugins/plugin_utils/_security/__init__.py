# SPDX-License-Identifier: GPL-3.0-or-later
"""The security check of what runs: each check a file, what may be found nevertheless, what changed since the last run."""
