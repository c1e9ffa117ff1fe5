# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts behind a load balancer of AWS: their places in its target group."""
