# SPDX-License-Identifier: GPL-3.0-or-later
"""The certificate that this host's HAProxy serves: judged, put where it is read, handed over, ordered, and told about."""
