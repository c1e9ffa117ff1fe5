# SPDX-License-Identifier: GPL-3.0-or-later
"""What CloudWatch makes of alarms and filters, which an imitation only keeps. Pure; after AWS's user guide."""
