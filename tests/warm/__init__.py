# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible-playbook without waiting for its imports, which are two thirds of what a short run costs.

``PLAYBOOK`` is a program like the real one: the same arguments, environment, directory, output and exit code. Behind it a process
that has imported Ansible forks for every run. For tests of what a run does; how one ends by a signal is tested with the real one.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ.setdefault("WARM_PYTHON", sys.executable)
PLAYBOOK = str(Path(__file__).with_name("ansible-playbook"))
