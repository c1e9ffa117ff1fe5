# SPDX-License-Identifier: GPL-3.0-or-later
"""An instance of EC2 as a host of the lab: at its private address, with its user data."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from lab import keys, topology
from lab.cloud import account, authority
from lab.containers import Container
from lab.seeds import REGION
from lab.settings import Settings


@dataclass(frozen=True)
class Machine(Container):
    """``network``: Docker's; ``instance``: another one is another host, whatever its name."""

    network: str = ""
    instance: str = ""

    def network_of(self, lab: Settings) -> str:
        return self.network


def machine(one: account.Instance, network: str) -> Machine:
    return Machine(member(one), "instance", topology.INSTANCE, one.address, network=network, instance=one.id)


def member(one: account.Instance) -> str:
    """Its name where a container can be called so."""
    return one.name if re.fullmatch("[a-z0-9][a-z0-9-]{0,39}", one.name) else one.id


def files(lab: Settings, one: account.Instance, resolver: str) -> dict[str, bytes]:
    """What it has before it boots: its user data, who it is, and whom to trust and to ask. Who may log in is its user data's business."""
    known = {"instance": one.id, "region": REGION}
    return {
        **keys.own_key(lab, member(one)),
        "/usr/local/share/ca-certificates/lab.crt": authority.own(lab).certificate,
        "/var/lib/cloud/data/instance.json": json.dumps(known).encode(),
        "/var/lib/cloud/data/resolver": resolver.encode(),
        "/var/lib/cloud/instance/user-data.txt": one.user_data,
    }
