# SPDX-License-Identifier: GPL-3.0-or-later
"""What runs in a release's own Python: where that is, what is sent there, and its troubles in words."""
