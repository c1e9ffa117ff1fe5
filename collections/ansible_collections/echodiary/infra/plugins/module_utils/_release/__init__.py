# SPDX-License-Identifier: GPL-3.0-or-later
"""A new release on trial beside the one that serves: a growing share of the requests, watched, and out at the first clear sign.

Standard library only: it runs on the host, inside the one call that rolls it.
"""
