# SPDX-License-Identifier: GPL-3.0-or-later
"""The clock of a table: DynamoDB's own, as every answer carries it. No controller's clock decides.

A host's file is aged by that host's CLOCK_BOOTTIME. A table has no such clock, and there are two ways to do without. Who wants to take
over may watch for a whole life of the lease, by a clock of its own, that nobody renews it: right with any clock, but a run that was killed
on Friday would keep Monday's waiting for 15 minutes, whoever only looks could never say that a lease has expired, and a run that does
not wait could never take one over. So the one clock is the server's that keeps the record: the ``Date`` of its answers, which nobody who
asks can set, and which does not depend on whose controller is how wrong.

``Date`` is in whole seconds, and of one of many machines that agree to far less than one. A stamp is therefore taken from the answer to
the read before the write, which came after its holder had begun to ask, and dated ``SLACK`` later: a lease lives up to two seconds longer
than was asked for, and never less. What a machine of AWS with a wrong clock could do, the fencing token makes good, as in every other
case: whoever renews is told that the lease was lost.
"""

from __future__ import annotations

import email.utils
from typing import TYPE_CHECKING

from ...module_utils._lease import clock

if TYPE_CHECKING:
    from ...module_utils._lease.shapes import Stamp

#: seconds: one for what is cut off, one for machines that do not agree
SLACK = 2.0
#: stands where a host's stamps have its boot: this clock never begins anew
BOOT = "dynamodb"


class Moment(clock.Now):
    def stamp(self) -> Stamp:
        return {"at": self.text, "uptime": round(self.uptime + SLACK, 3), "boot": BOOT}


def at(wall: float) -> Moment:
    return Moment(wall, wall, BOOT)


def told(date: str) -> Moment:
    """Of the header ``Date``. ValueError for what is none."""
    return at(email.utils.parsedate_to_datetime(date).timestamp())
