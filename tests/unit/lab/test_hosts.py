# SPDX-License-Identifier: GPL-3.0-or-later
"""Which hosts a lab consists of, which leave, and what is said about them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from lab import containers, hosts, inventory, keys, labels, status, topology
from lab.errors import LabError
from lab.settings import Settings, read

ROOT = Path("/somewhere")


def lab_of(tmp_path: Path, **environment: str) -> Settings:
    return read(environment, tmp_path)


def fake(member: str, kind: str) -> SimpleNamespace:
    return SimpleNamespace(labels={labels.MEMBER: member, labels.KIND: kind})


def test_shrinking_removes_the_last_hosts_and_nothing_else() -> None:
    present = [fake("app1", "host"), fake("app2", "host"), fake("app3", "host"), fake("mon1", "host")]
    present += [fake("postgres", "service"), fake("molecule-haproxy", "extra")]
    wanted = [host.member for host in topology.hosts(read({"LAB_APP_HOSTS": "2"}, ROOT))]
    assert [c.labels[labels.MEMBER] for c in hosts.surplus(present, wanted)] == ["app3"]


def test_growing_leaves_the_first_hosts_as_they_are() -> None:
    two, eight = (topology.hosts(read({"LAB_APP_HOSTS": count}, ROOT)) for count in ("2", "8"))
    assert len(eight) == 9
    assert set(two) <= set(eight)
    assert {containers.spec_hash(host, "i") for host in two} <= {containers.spec_hash(host, "i") for host in eight}


def test_a_host_is_made_again_when_its_image_or_ports_changed() -> None:
    host = topology.hosts(read({}, ROOT))[0]
    moved = topology.hosts(read({"LAB_PORT_OFFSET": "1000"}, ROOT))[0]
    assert containers.spec_hash(host, "one") == containers.spec_hash(host, "one")
    assert containers.spec_hash(host, "one") != containers.spec_hash(host, "two")
    assert containers.spec_hash(host, "one") != containers.spec_hash(moved, "one")


def test_ports_are_published_on_loopback_as_documented() -> None:
    published = {h.member: h.ports for h in topology.hosts(read({"LAB_PORT_OFFSET": "100"}, ROOT))}
    assert published == {
        "app1": ((8180, 80),),
        "app2": ((8181, 80),),
        "mon1": ((9190, 9090), (9193, 9093), (3100, 3000)),
    }


def test_single_hosts_get_the_first_free_high_address() -> None:
    lab = read({}, ROOT)
    assert hosts.free_address(lab, set()) == "172.30.77.200"
    assert hosts.free_address(lab, {"172.30.77.200", "172.30.77.201"}) == "172.30.77.202"
    with pytest.raises(LabError, match="destroy"):
        hosts.free_address(lab, {lab.at(octet) for octet in range(256)})


def test_the_inventory_names_no_path_of_this_machine(tmp_path: Path) -> None:
    for chosen in ({}, {"LAB_NAME": "blue"}):
        lab = lab_of(tmp_path, **chosen)
        text = yaml.safe_dump(inventory.variables(lab, {"prom/prometheus": "prom/prometheus@sha256:0"}))
        assert str(tmp_path) not in text
        resolved = inventory.connection(lab, lab.inventory)["ansible_ssh_private_key_file"].replace(
            "{{ inventory_dir }}", str(lab.inventory)
        )
        assert Path(resolved).resolve() == keys.user_key(lab).resolve()


def test_hosts_know_each_other_by_all_addresses_that_they_have(tmp_path: Path) -> None:
    lab = lab_of(tmp_path)
    [one, both] = [inventory.hosts(lab, ipv6=ipv6)["all"]["children"]["monitoring"]["hosts"]["mon1"] for ipv6 in (False, True)]
    assert one == {"ansible_host": "172.30.77.5"}
    assert both == {**one, "firewall_addresses": ["172.30.77.5", "fdec:d1a0:ac1e:4d00::5"]}


def test_whoever_has_the_inventory_can_ask_for_the_same_lab_again(tmp_path: Path) -> None:
    """What makes lost hosts anew in the middle of a play has no shell with the lab's variables."""
    lab = lab_of(tmp_path, LAB_NAME="blue", LAB_SUBNET="10.9.8.0/24", LAB_APP_HOSTS="3", LAB_PORT_OFFSET="40")
    written = inventory.variables(lab, {})
    assert read(written["lab_environment"], lab.root) == lab
    relative = written["lab_directory"].rpartition("}}/")[2]
    assert (lab.inventory / relative).resolve() == lab.root.resolve()


def test_a_further_lab_reads_the_local_variables_but_not_the_default_labs_own(tmp_path: Path) -> None:
    local = tmp_path / "inventories" / "local" / "group_vars"
    (local / "all").mkdir(parents=True)
    (local / "app").mkdir()
    (local / "all" / "main.yml").write_text("{echodiary_environment: local}")
    (local / "all" / "lab.yml").write_text("{lab_registry: the default one}")
    (local / "app" / "main.yml").write_text("{components: []}")
    lab = lab_of(tmp_path, LAB_NAME="blue", LAB_SUBNET="10.9.8.0/24")
    for _ in range(2):
        inventory.write_hosts(lab)
        inventory.write_variables(lab, {})
    written = lab.inventory / "group_vars"
    assert yaml.safe_load((written / "all" / "main.yml").read_text()) == {"echodiary_environment": "local"}
    assert yaml.safe_load((written / "app" / "main.yml").read_text()) == {"components": []}
    assert yaml.safe_load((written / "all" / "lab.yml").read_text())["lab_registry"] == "10.9.8.2:5000"
    assert (local / "all" / "lab.yml").read_text() == "{lab_registry: the default one}"


def test_secrets_are_made_once_and_are_private(tmp_path: Path) -> None:
    lab = lab_of(tmp_path)
    first = keys.lab_secrets(lab)
    assert keys.lab_secrets(lab) == first
    assert len(set(first.values())) == len(keys.SECRETS) + len(keys.LOGINS) + len(keys.LOGS)
    assert (lab.state / "secrets.json").stat().st_mode & 0o777 == 0o600


def test_known_hosts_holds_the_keys_the_hosts_were_given(tmp_path: Path) -> None:
    lab = lab_of(tmp_path)
    given = keys.host_files(lab, "app1")
    keys.write_known_hosts(lab, {"app1": "172.30.77.11"})
    line = keys.known_hosts_file(lab).read_text()
    assert line.startswith("172.30.77.11,echodiary-app1 ssh-ed25519 ")
    assert line.split()[2] == given["/etc/ssh/ssh_host_ed25519_key.pub"].decode().split()[1]


@pytest.mark.parametrize(("seconds", "text"), [(5, "5 s"), (90, "1 min"), (7300, "2 h"), (200000, "2 d")])
def test_ages_are_short(seconds: int, text: str) -> None:
    now = datetime(2026, 1, 2, tzinfo=UTC)
    assert status.age(now - timedelta(seconds=seconds), now) == text


def test_tables_are_aligned() -> None:
    assert status.table([("a", "bb"), ("ccc", "d")]) == ["  a    bb", "  ccc  d"]
    assert status.table([]) == []
