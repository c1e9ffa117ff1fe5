# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts of an account as ssh will find them: waited for at Session Manager, and asked there for their keys. Runs on the controller."""
