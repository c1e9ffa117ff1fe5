# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWS takes for one of each thing, by region: a file with the source and the date of every line, and how a new one is made."""
