# SPDX-License-Identifier: GPL-3.0-or-later
"""What people type becomes what was declared: types, names, and words that the shell left over."""
