# SPDX-License-Identifier: GPL-3.0-or-later
"""What is rehearsed on which dump, and whether what was measured may happen to production. Pure, but for bringing a dump to its host."""
