# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWS leaves as it is where it is not asked to change it, what it knows by more than one name, and small things that moto has not."""

from __future__ import annotations

from typing import Any

from ..errors import RefusedError
from . import Asked, before, instead

#: of an instance's metadata options: what is asked for -> moto's attribute
_OPTIONS = {
    "HttpTokens": "http_tokens",
    "HttpPutResponseHopLimit": "http_put_response_hop_limit",
    "HttpEndpoint": "http_endpoint",
    "HttpProtocolIpv6": "http_protocol_ipv6",
    "InstanceMetadataTags": "instance_metadata_tags",
}


@instead("ec2:ModifyInstanceMetadataOptions")
def only_the_options_that_are_asked_for(asked: Asked) -> dict[str, Any]:
    instance = asked.backend("ec2").get_instance(asked.get("InstanceId"))
    for name, attribute in _OPTIONS.items():
        if asked.get(name) is not None:
            setattr(instance.metadata_options, attribute, asked.get(name))
    has = {name: getattr(instance.metadata_options, attribute) for name, attribute in _OPTIONS.items()}
    return {"InstanceId": instance.id, "InstanceMetadataOptions": {"State": "pending", **has}}


@instead("kms:EnableKey", "kms:DisableKey")
def by_arn_too(asked: Asked) -> dict[str, Any]:
    keys = asked.backend("kms")
    change = keys.enable_key if asked.call.operation == "kms:EnableKey" else keys.disable_key
    change(str(asked.get("KeyId")).rpartition("/")[2])
    return {}


def _provider(asked: Asked) -> Any:
    arn = asked.get("OpenIDConnectProviderArn")
    try:
        return asked.backend("iam").get_open_id_connect_provider(arn)
    except Exception:
        raise RefusedError("NoSuchEntity", f"OpenIDConnect Provider not found for arn {arn}", 404) from None


@instead("iam:AddClientIDToOpenIDConnectProvider")
def one_more_audience(asked: Asked) -> dict[str, Any]:
    provider = _provider(asked)
    provider.client_id_list = sorted({*provider.client_id_list, asked.get("ClientID")})
    return {}


@instead("iam:RemoveClientIDFromOpenIDConnectProvider")
def one_audience_less(asked: Asked) -> dict[str, Any]:
    provider = _provider(asked)
    provider.client_id_list = [one for one in provider.client_id_list if one != asked.get("ClientID")]
    return {}


@before("kms:EnableKeyRotation")
def rotation_of_keys_that_work(asked: Asked) -> None:
    key = asked.backend("kms").keys.get(str(asked.get("KeyId")).rpartition("/")[2])
    if key is not None and not key.enabled:
        raise RefusedError("DisabledException", f"{key.arn} is disabled.")


@before("dynamodb:TagResource")
def a_tag_is_there_once(asked: Asked) -> None:
    new = {one["Key"] for one in asked.get("Tags", ())}
    for table in asked.backend("dynamodb").tables.values():
        if table.table_arn == asked.get("ResourceArn"):
            table.tags = [one for one in table.tags if one["Key"] not in new]
