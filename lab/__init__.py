# SPDX-License-Identifier: GPL-3.0-or-later
"""Containers that stand in for EC2, RDS and AWS on one machine. The lab makes machines; site.yml makes them useful."""
