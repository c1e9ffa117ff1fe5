# SPDX-License-Identifier: GPL-3.0-or-later
"""What HAProxy is told of the applications of its host."""
