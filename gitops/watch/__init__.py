# SPDX-License-Identifier: GPL-3.0-or-later
"""What Argo CD's controller is: fetch, check, tell, put right. ``core`` decides and is pure; ``loop`` acts."""
