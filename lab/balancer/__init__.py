# SPDX-License-Identifier: GPL-3.0-or-later
"""A load balancer of applications, as a program in a container of the lab: it asks targets, and keeps an HAProxy as the imitation says."""
