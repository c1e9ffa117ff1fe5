# SPDX-License-Identifier: GPL-3.0-or-later
"""Public images that moto lacks, and the parameters of Systems Manager that lead to them. Ids are made from what they name."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any, NamedTuple

from . import Asked, after, before, instead


class Public(NamedTuple):
    parameter: str
    owner: str
    name: str
    architecture: str
    device: str


DEBIAN, CANONICAL, AMAZON = "136693071363", "099720109477", "137112412989"
_UBUNTU = "/aws/service/canonical/ubuntu/server/24.04/stable/current/{}/hvm/ebs-gp3/ami-id"
_NOBLE = "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-{}-server-20260901"
IMAGES: tuple[Public, ...] = (
    Public("/aws/service/debian/release/13/latest/amd64", DEBIAN, "debian-13-amd64-20260901-2220", "x86_64", "/dev/xvda"),
    Public("/aws/service/debian/release/13/latest/arm64", DEBIAN, "debian-13-arm64-20260901-2220", "arm64", "/dev/xvda"),
    Public("/aws/service/debian/release/12/latest/amd64", DEBIAN, "debian-12-amd64-20260901-2220", "x86_64", "/dev/xvda"),
    Public("/aws/service/debian/release/12/latest/arm64", DEBIAN, "debian-12-arm64-20260901-2220", "arm64", "/dev/xvda"),
    Public(_UBUNTU.format("amd64"), CANONICAL, _NOBLE.format("amd64"), "x86_64", "/dev/sda1"),
    Public(_UBUNTU.format("arm64"), CANONICAL, _NOBLE.format("arm64"), "arm64", "/dev/sda1"),
)
_AMAZON = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-{}"
IMAGES += tuple(
    Public(_AMAZON.format(word), AMAZON, f"al2023-ami-2023.9.20260901.0-kernel-6.1-{word}", word, "/dev/xvda")
    for word in ("x86_64", "arm64")
)
OURS = {image.parameter: image for image in IMAGES}


def id_of(image: Public, region: str) -> str:
    return "ami-0" + hashlib.sha256(f"{region}/{image.name}".encode()).hexdigest()[:16]


@before("ec2:*")
def images_are_there(asked: Asked) -> None:
    ec2 = asked.backend("ec2")
    for image in IMAGES:
        if id_of(image, asked.call.region) not in ec2.amis:
            ec2.amis[id_of(image, asked.call.region)] = _made(ec2, image, asked.call.region)


def _made(ec2: Any, image: Public, region: str) -> Any:
    from moto.ec2.models.amis import Ami

    return Ami(
        ec2, id_of(image, region), name=image.name, description=image.name, owner_id=image.owner, public=True, virtualization_type="hvm",
        architecture=image.architecture, root_device_type="ebs", root_device_name=image.device, hypervisor="xen", sriov="simple",
        image_location=f"amazon/{image.name}", boot_mode="uefi" if image.architecture == "arm64" else "uefi-preferred",
    )  # fmt: skip


def _parameter(asked: Asked, image: Public) -> dict[str, Any]:
    arn = f"arn:aws:ssm:{asked.call.region}::parameter{image.parameter}"
    value = id_of(image, asked.call.region)
    return {"Name": image.parameter, "Type": "String", "Value": value, "Version": 1, "ARN": arn, "DataType": "aws:ec2:image"}


@instead("ssm:GetParameter")
def public_parameter(asked: Asked) -> dict[str, Any] | None:
    image = OURS.get(asked.get("Name", ""))
    return {"Parameter": _parameter(asked, image)} if image else None


@after("ssm:GetParameters")
def public_parameters(asked: Asked, answer: dict[str, Any]) -> dict[str, Any] | None:
    found = [_parameter(asked, OURS[name]) for name in asked.get("Names", ()) if name in OURS]
    if not found:
        return None
    missing = [name for name in answer.get("InvalidParameters", ()) if name not in OURS]
    return {**answer, "Parameters": [*answer.get("Parameters", ()), *found], "InvalidParameters": missing}


@instead("ssm:GetParametersByPath")
def public_path(asked: Asked) -> dict[str, Any] | None:
    found = list(_below(asked, str(asked.get("Path", ""))))
    return {"Parameters": found} if found else None


def _below(asked: Asked, path: str) -> Iterator[dict[str, Any]]:
    if path.startswith(("/aws/service/debian", "/aws/service/canonical")):
        yield from (_parameter(asked, image) for image in IMAGES if image.parameter.startswith(path.rstrip("/") + "/"))
