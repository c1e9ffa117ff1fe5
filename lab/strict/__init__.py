# SPDX-License-Identifier: GPL-3.0-or-later
"""A stricter imitation of AWS: a layer over moto that refuses, delays and remembers what AWS does and moto does not.

It needs moto and what moto needs, nothing of this repository: the lab's image holds it as the package ``strict``."""

import os

# moto reads these when it is imported.
os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")
# A thousand images of long ago: rules/images.py has those that somebody would use.
os.environ.setdefault("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
