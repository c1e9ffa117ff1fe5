# SPDX-License-Identifier: GPL-3.0-or-later
"""An image is tried against what every release has to answer: in a throw-away copy of its service, that takes nobody's requests.

Standard library only: it runs on a host. What is seen is judged on the controller.
"""
