# SPDX-License-Identifier: GPL-3.0-or-later
"""What an account costs a month as it is declared, what a change adds, and what one more of something would. Pure."""
