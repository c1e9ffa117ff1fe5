# SPDX-License-Identifier: GPL-3.0-or-later
"""The imitation of Route 53 in a network, under AWS's own name, with a name server of what it holds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import docker

from tests.integration import lab_images
from tests.integration.tls import zone
from tests.integration.tls.authority import Issued
from tests.waiting import eventually

AWS = "route53.amazonaws.com"
START = "/opt/moto/bin/python -m strict --host 0.0.0.0 --port 5000 & exec /opt/moto/bin/python /etc/zone/zone.py {address}"


class Route53:
    def __init__(self, container: Any) -> None:
        self.container = container
        container.reload()
        [network] = container.attrs["NetworkSettings"]["Networks"].values()
        self.address = network["IPAddress"]
        eventually(lambda: b"ready" in container.logs(), 60, "it answers")
        login = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}
        self.client = boto3.client("route53", endpoint_url=f"http://{self.address}:5000", **login)

    def zone(self, name: str) -> str:
        return str(self.client.create_hosted_zone(Name=name, CallerReference=name)["HostedZone"]["Id"])

    def texts(self, zone: str) -> list[str]:
        """What an authority would find, of all names of the zone."""
        records = self.client.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
        return [one["Name"] for one in records if one["Type"] == "TXT"]


@contextmanager
def running(place: Path, network: str, own: Issued, *, leads: str) -> Iterator[Route53]:
    """``own``: for AWS's name; ``leads``: the address that all names have."""
    for name, text in {"zone.py": Path(zone.__file__).read_text(), "own.pem": own.chain, "own.key": own.key}.items():
        (place / name).write_text(text)
    client = docker.from_env()
    container = client.containers.run(
        lab_images.aws(),
        ["sh", "-c", START.format(address=leads)],
        name=f"route53-{network}",
        user="root",
        network=network,
        detach=True,
        volumes={str(place): {"bind": "/etc/zone", "mode": "ro"}},
    )
    try:
        there = client.networks.get(network)
        there.disconnect(container)
        there.connect(container, aliases=[AWS, zone.NAME])
        yield Route53(container)
    finally:
        container.remove(force=True, v=True)
