# SPDX-License-Identifier: GPL-3.0-or-later
"""Work that a host goes on with by itself, whoever began it: begun, looked at, ended."""
