# SPDX-License-Identifier: GPL-3.0-or-later
"""The program as hosts have it: found where its launcher finds it."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[4] / "roles" / "status_page" / "tree" / "usr" / "local" / "lib" / "echodiary"))
