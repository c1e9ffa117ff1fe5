# SPDX-License-Identifier: GPL-3.0-or-later
"""The dashboards as code. `python -m dashboards` writes their JSON into the roles that bring them; the JSON is committed."""
