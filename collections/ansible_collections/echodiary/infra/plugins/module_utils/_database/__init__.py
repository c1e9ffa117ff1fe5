# SPDX-License-Identifier: GPL-3.0-or-later
"""Roles and grants of a PostgreSQL database: read, compared with what is declared, made so. Runs on a host that reaches the server.

It speaks PostgreSQL's protocol itself, as far as it needs it: a host that was just made has neither Docker nor a client, and an image that
is to serve need not have Python.
"""
