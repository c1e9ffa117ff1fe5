# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's half of a deploy: what is decided, said and kept."""
