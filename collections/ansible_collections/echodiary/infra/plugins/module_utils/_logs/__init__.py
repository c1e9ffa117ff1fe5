# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines of log on a host: asked of the store that it keeps, or read from what Docker and the journal have of it."""
