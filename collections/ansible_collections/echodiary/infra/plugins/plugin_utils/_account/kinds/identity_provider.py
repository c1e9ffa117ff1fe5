# SPDX-License-Identifier: GPL-3.0-or-later
"""GitHub, whose workflows may take roles of this account. There is one for an account, whichever environments use it: it is never removed.

Changed by AWS's own operations: no module knows it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from .. import model, rights

if TYPE_CHECKING:
    from ..aws import Aws
    from ..declaration import Environment

NAME = "identity_provider"
EFFECT: model.Effects = {"url": model.REPLACE}
KEPT = True
EVENTS = "iam"
READS: model.Rights = ("iam:ListOpenIDConnectProviders", "iam:GetOpenIDConnectProvider")
WRITES: model.Rights = (
    "iam:CreateOpenIDConnectProvider",
    "iam:AddClientIDToOpenIDConnectProvider",
    "iam:RemoveClientIDFromOpenIDConnectProvider",
)
LEAVES: model.Rights = ()


def declared(env: Environment) -> Iterator[model.Wanted]:
    if env.declared["github"]:
        yield model.Wanted(model.Resource(NAME, rights.GITHUB), {"url": rights.GITHUB, "audiences": ["sts.amazonaws.com"]})


def observe(aws: Aws, env: Environment) -> Iterator[model.Seen]:
    for arn in aws.find("iam", "list_open_id_connect_providers", "OpenIDConnectProviderList[].Arn"):
        if arn.endswith(f"/{rights.GITHUB}"):
            one = aws.one("iam", "get_open_id_connect_provider", "@", OpenIDConnectProviderArn=arn)
            fields = {"url": one["Url"].removeprefix("https://"), "audiences": one["ClientIDList"]}
            yield model.Seen(model.Resource(NAME, rights.GITHUB), arn, fields, ours=False)


def hands(goal: model.Goal) -> model.Calls:
    wants = goal.fields["audiences"]
    if not goal.id:
        yield model.Api("iam", "create_open_id_connect_provider", {"Url": f"https://{goal.fields['url']}", "ClientIDList": wants})
        return
    has = goal.before["audiences"]
    for one in sorted(set(wants) - set(has)):
        yield model.Api("iam", "add_client_id_to_open_id_connect_provider", {"OpenIDConnectProviderArn": goal.id, "ClientID": one})
    for one in sorted(set(has) - set(wants)):
        yield model.Api("iam", "remove_client_id_from_open_id_connect_provider", {"OpenIDConnectProviderArn": goal.id, "ClientID": one})


def stays(aws: Aws, seen: model.Seen) -> model.Stays | None:
    del aws
    return model.Stays(
        "the account's, whichever environments use it",
        command=f"aws iam delete-open-id-connect-provider --open-id-connect-provider-arn {seen.id}",
    )


def remove(seen: model.Seen) -> model.Calls:
    yield model.Api("iam", "delete_open_id_connect_provider", {"OpenIDConnectProviderArn": seen.id})
