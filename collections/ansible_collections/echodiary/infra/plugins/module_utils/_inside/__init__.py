# SPDX-License-Identifier: GPL-3.0-or-later
"""What runs inside the release: its own Python, its own Alembic, SQLAlchemy and driver, its own env.py.

Imports of those stay inside functions: on the controller and on the host, where these files are only read, none of them is installed.
"""
