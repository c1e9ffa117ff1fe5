# SPDX-License-Identifier: GPL-3.0-or-later
"""The half of ``alembic`` that runs on the host: standard library only, sent as one compressed payload.

``main`` starts the release's own Python, in its image or its virtual environment, and hands it the package ``_inside``, which talks to
Alembic and the database. Nothing here decides: what may run is decided on the controller, between one call and the next.
"""
