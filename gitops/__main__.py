# SPDX-License-Identifier: GPL-3.0-or-later
"""python -m gitops"""

from __future__ import annotations

import sys

from gitops.cli import main

sys.exit(main())
