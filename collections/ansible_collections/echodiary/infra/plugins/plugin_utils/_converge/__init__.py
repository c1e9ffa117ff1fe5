# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``converge`` and ``release`` do on the controller: specs of components, and calls until a host is as they say."""
