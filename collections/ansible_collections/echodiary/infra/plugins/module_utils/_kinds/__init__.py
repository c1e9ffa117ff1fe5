# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host can be asked to hold: ``model`` has the words for it, and every other file is one kind of it."""
