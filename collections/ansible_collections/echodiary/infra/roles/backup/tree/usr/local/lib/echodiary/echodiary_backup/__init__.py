# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs that save data of this host into a restic repository: standard library only, restic and Docker do the work."""
