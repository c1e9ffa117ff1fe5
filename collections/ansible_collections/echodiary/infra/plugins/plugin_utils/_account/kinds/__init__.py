# SPDX-License-Identifier: GPL-3.0-or-later
"""One file is one kind of resource of an account."""
