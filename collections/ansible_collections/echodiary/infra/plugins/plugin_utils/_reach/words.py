# SPDX-License-Identifier: GPL-3.0-or-later
"""What people are told of hosts that are not known, and where those that are stand. Pure."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING

from .._common import inventories

if TYPE_CHECKING:
    from .hosts import Host

#: of what the run did before
STAYS = "What was applied to the account stays; of hosts that said their keys, those are known. Mend it, and run the same command again"


def beside(sources: Sequence[str]) -> str:
    """The file of an inventory: where its variables are, since whatever lies beside them is read as a source of hosts."""
    first = os.path.abspath(sources[0]) if sources else os.getcwd()
    return os.path.join(first if os.path.isdir(first) else os.path.dirname(first), "group_vars", "all", "known_hosts.txt")


def command(sources: Sequence[str]) -> str:
    return " ".join(["ansible-playbook", *inventories.words(sources), "echodiary.infra.provision"])


def another(host: Host, run: str) -> str:
    """``run``: the command to add to."""
    return (
        f"{host} says other host keys than those that are known: somebody made them anew, stands in between, or wrote that file. "
        f"Ask who did; where it is right: {run} -e accept_host_keys={host.id}"
    )


def without_agent(host: Host, path: str) -> str:
    """Nobody can ask it for its keys on a way that is safe."""
    address = host.addresses[0] if host.addresses else host.name
    return (
        f"{host}: is not at Session Manager, so its host keys are not known: ssh-keyscan {address} >> {shlex.quote(path)} from a place "
        "whose way there you trust"
    )
