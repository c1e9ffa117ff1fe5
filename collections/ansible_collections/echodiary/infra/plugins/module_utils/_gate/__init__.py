# SPDX-License-Identifier: GPL-3.0-or-later
"""The half of ``health_gate`` that asks: standard library only, so that it runs on a host as well as on the controller.

It returns raw answers; what they mean is judged on the controller (plugin_utils/_gate), where JMESPath is.
"""
