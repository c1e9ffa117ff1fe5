# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said of logs before they leave a host."""
