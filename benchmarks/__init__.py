# SPDX-License-Identifier: GPL-3.0-or-later
"""The same configuration, held by several tools, measured side by side. README.md tells how, and what is not equal."""
