# SPDX-License-Identifier: GPL-3.0-or-later
"""What the imitation of AWS says that there is, made of containers: hosts, databases, names."""
