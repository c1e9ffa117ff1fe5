# SPDX-License-Identifier: GPL-3.0-or-later
"""The AWS account of an environment: declared, read, compared, made so. Runs on the controller."""
