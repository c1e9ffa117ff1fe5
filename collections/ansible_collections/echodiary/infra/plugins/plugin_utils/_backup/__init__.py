# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs that save into a repository, as an inventory declares them: checked, and with what a component says of its database."""
