# SPDX-License-Identifier: GPL-3.0-or-later
"""Who reads the topic of alarms. AWS writes to each once, and until somebody has said yes there, it is told nothing: that is noted.

Those that people made besides (Amazon Q Developer in chat applications makes one for Slack) are theirs. Changed by AWS's own operations:
the module for topics has no check that holds where there is no topic.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from .. import model
from . import topic

if TYPE_CHECKING:
    from ..aws import Aws
    from ..declaration import Environment

NAME = "subscription"
EFFECT: model.Effects = {}
KEPT = False
PART_OF = topic.NAME
EVENTS = "sns"
READS: model.Rights = ("sns:ListSubscriptionsByTopic",)
WRITES: model.Rights = ("sns:Subscribe", "sns:Unsubscribe")
#: in place of an ARN, as long as nobody has confirmed it
PENDING = "PendingConfirmation"
_WAITS = "waits until somebody follows the link that AWS sent there; after three days AWS forgets it, and provision asks anew"


def declared(env: Environment) -> Iterator[model.Wanted]:
    watching = env.declared["watching"]
    if watching:
        for protocol in ("email", "https"):
            for endpoint in watching[protocol]:
                fields = {"topic": model.Ref(topic.NAME, topic.called(env))}
                yield model.Wanted(model.Resource(NAME, called(protocol, endpoint)), fields, {"endpoint": endpoint, "protocol": protocol})


def called(protocol: str, endpoint: str) -> str:
    """What a URL has behind its host may be a password."""
    if protocol == "email":
        return endpoint
    return f"{urlsplit(endpoint).hostname}-{hashlib.sha256(endpoint.encode()).hexdigest()[:8]}"


def observe(aws: Aws, env: Environment) -> Iterator[model.Seen]:
    if not env.declared["watching"]:
        return
    place = topic.arn(env)
    wanted = {one.resource.name for one in declared(env)}
    for one in aws.find("sns", "list_subscriptions_by_topic", "Subscriptions[]", ("NotFound",), TopicArn=place):
        name = called(one["Protocol"], one["Endpoint"])
        if name in wanted:
            yield _seen(one, name)


def _seen(one: Mapping[str, Any], name: str) -> model.Seen:
    waits = one["SubscriptionArn"] == PENDING
    identity = f"{one['TopicArn']}:{name}" if waits else one["SubscriptionArn"]
    return model.Seen(model.Resource(NAME, name), identity, {"topic": one["TopicArn"]}, notes=(_WAITS,) if waits else ())


def hands(goal: model.Goal) -> model.Calls:
    where = {"TopicArn": goal.fields["topic"], "Protocol": goal.once["protocol"], "Endpoint": goal.once["endpoint"]}
    yield model.Api("sns", "subscribe", {**where, "ReturnSubscriptionArn": True})


def remove(seen: model.Seen) -> model.Calls:
    """One that waits cannot be taken back: it goes with its topic, or by itself."""
    if not seen.id.endswith(f":{seen.resource.name}"):
        yield model.Api("sns", "unsubscribe", {"SubscriptionArn": seen.id})
