# SPDX-License-Identifier: GPL-3.0-or-later
"""The half of ``database_dump`` that runs on the host: standard library only, sent as one compressed payload.

PostgreSQL's own programs do the work, in a container of a PostgreSQL image. What they write goes through this process, which hashes it,
counts it and keeps it; no directory of the host is mounted for it, and no password is in a command line or in ``docker inspect``.
"""
