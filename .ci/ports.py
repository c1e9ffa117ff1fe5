# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the table of ports into the README of each inventory of AWS, as its components say what they listen on.

It is made of the rules of security groups that provisioning would make for that inventory, with a host of each role, a database and a
cache; `.ci/ports.py DIRECTORY` takes another place for `inventories/`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]

from ansible.utils.collection_loader._collection_finder import _AnsibleCollectionFinder

if not any(isinstance(one, _AnsibleCollectionFinder) for one in sys.meta_path):
    # roles and filters of the collection are found by it
    _AnsibleCollectionFinder(paths=[str(ROOT / "collections")])._install()

from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_collections.echodiary.infra.plugins.plugin_utils._account import asked, declaration, model
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.kinds import packets
from ansible_collections.echodiary.infra.plugins.plugin_utils._component import roster

INVENTORIES = ("production", "staging")
BEGIN, END = "<!-- ports: made by .ci/ports.py -->\n", "<!-- ports: end -->\n"
HEAD = "| to | port | from |\n|---|---|---|\n"
HOSTS = {"app1": ("app", "10.20.0.11"), "app2": ("app", "10.20.0.12"), "mon1": ("monitoring", "10.20.0.5")}
#: stands for wherever people come from
OPERATORS = "198.51.100.0/24"
EXAMPLE: dict[str, Any] = {
    "network": {"cidr": "10.20.0.0/16", "zones": ["a", "c"]},
    "access": {"ssh_from": [OPERATORS]},
    "hosts": {host: {"role": role, "type": "t4g.small", "zone": "a"} for host, (role, _) in HOSTS.items()},
    "database": {},
    "cache": {},
}
NAMES = {"database": "RDS", "cache": "Redis"}
OUT = "| out | 443 | everything: packages, images, Slack, Discord |\n"


class Rule(NamedTuple):
    """Of a security group, in words."""

    to: str
    protocol: str
    port: int
    who: str


def known(inventory: Path, **more: Any) -> roster.Roster:
    """Its hosts, with all that is optional. ``more``: variables of all of them."""
    loader = DataLoader()
    groups = {role: [host for host, one in HOSTS.items() if role in (one[0], "all")] for role in ("app", "monitoring", "all")}
    hosts = {
        host: {**_variables(loader, inventory, role), "ansible_host": address, "inventory_hostname": host, **more}
        for host, (role, address) in HOSTS.items()
    }
    given: Any = {"inventory_hostname": "localhost", "playbook_dir": str(ROOT), "groups": groups, "hostvars": {"localhost": {}, **hosts}}
    return roster.Roster(loader, Templar(loader, variables=given), given, [])


def _variables(loader: DataLoader, inventory: Path, role: str) -> dict[str, Any]:
    files = [path for group in ("all", role) for path in sorted((inventory / "group_vars" / group).glob("*.yml"))]
    read = [loader.load_from_file(str(path), unsafe=True, trusted_as_template=True) or {} for path in files]
    secret = {"redis_url": "rediss://cache:6379/0"}
    return {key: value for one in [*read, {"echodiary_secrets": secret}] for key, value in one.items()}


def environment(fleet: roster.Roster, name: str) -> declaration.Environment:
    env = declaration.read(EXAMPLE, name, "123456789012", "ap-northeast-2", {})
    return env._replace(listens=asked.of_roles(fleet, env))


def rules(env: declaration.Environment) -> Iterator[Rule]:
    names = {env.called(name): name for name in (*env.roles, *env.stores)}
    for one in packets.declared(env):
        if one.resource.name in names:
            let_in: Any = one.fields["in"]
            yield from (_rule(names[one.resource.name], rule, names) for rule in let_in)


def _rule(to: str, rule: Mapping[str, Any], names: Mapping[str, str]) -> Rule:
    other = rule["with"]
    who = names[other.name] if isinstance(other, model.Ref) else {OPERATORS: "operators", declaration.WORLD: "edge"}.get(other, other)
    return Rule(to, rule["protocol"], rule["port"], who)


def table(env: declaration.Environment) -> str:
    found: dict[tuple[str, str], list[str]] = {}
    for one in rules(env):
        ports = found.setdefault((one.to, one.who), [])
        ports.append(f"{one.port}{'/udp' if one.protocol == 'udp' else ''}")
    together: dict[tuple[str, str], list[str]] = {}
    for (to, who), several in found.items():
        together.setdefault((to, ", ".join(sorted(several, key=lambda port: int(port.partition("/")[0])))), []).append(_told(to, who))
    return HEAD + "".join(f"| {NAMES.get(to, to)} | {ports} | {', '.join(who)} |\n" for (to, ports), who in together.items()) + OUT


def _told(to: str, who: str) -> str:
    words = {"edge": "the load balancer, or the world where there is none", "operators": "where plays run (bastion, VPN, CI runner)"}
    return f"{who} (itself)" if who == to else words.get(who, who)


def written(text: str, made: str) -> str:
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    return f"{before}{begin}\n{made}\n{end}{after}" if begin and end else text


def main(place: Path) -> None:
    for name in INVENTORIES:
        page = place / name / "README.md"
        page.write_text(written(page.read_text(encoding="utf-8"), table(environment(known(place / name), name))), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else ROOT / "inventories")
