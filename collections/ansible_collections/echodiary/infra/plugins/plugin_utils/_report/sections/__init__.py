# SPDX-License-Identifier: GPL-3.0-or-later
"""One file for each section: what it asks Prometheus, and what it makes of the answers. Pure."""
