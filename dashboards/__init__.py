# SPDX-License-Identifier: GPL-3.0-or-later
"""The dashboards as code. `python -m dashboards` writes their JSON into role grafana; the JSON is committed."""
