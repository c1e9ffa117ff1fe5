# SPDX-License-Identifier: GPL-3.0-or-later
"""What an HTTP request asks for, in AWS's words; and what of it may be written down."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request, determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.utils import get_service_model

MASK = "********"
#: names whose values are secret where the model does not say so
SECRET = re.compile(r"(?i)password|secret(string|binary)|authtoken|privatekey|clientrequesttoken$")
READS = re.compile(
    r"^(Describe|Get|List|Head|Lookup|BatchGet|BatchCheck|Search|Select|Query|Scan|Simulate|Validate|Decode|Filter|Preview|Test)"
)
#: what gives something out and changes nothing
ALSO_READS = frozenset(
    {"sts:AssumeRole", "sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithSAML", "kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey",
     "kms:GenerateDataKeyWithoutPlaintext", "kms:GenerateRandom", "kms:Verify", "kms:Sign", "dynamodb:TransactGetItems", "logs:StartQuery"}
)  # fmt: skip
#: the prefix in IAM where it is not the name under which requests are signed
PREFIXES = {"monitoring": "cloudwatch", "tagging": "tag"}
#: what boto3 calls a service that is signed under another name
MODELS = {
    "elasticloadbalancing": "elbv2",
    "monitoring": "cloudwatch",
    "tagging": "resourcegroupstaggingapi",
    "application-autoscaling": "application-autoscaling",
}
_MADE = re.compile(rb"\b[a-z]{1,10}-[0-9a-f]{17}\b")
_SCOPE = re.compile(r"Credential=([^/,\s]+)/[^/]+/([^/]+)/([^/]+)/")
#: rights of S3 that are not named after the request
S3_ACTIONS = {
    "ListBuckets": "ListAllMyBuckets", "ListObjects": "ListBucket", "ListObjectsV2": "ListBucket", "HeadBucket": "ListBucket",
    "HeadObject": "GetObject", "ListObjectVersions": "ListBucketVersions", "DeleteObjects": "DeleteObject", "CopyObject": "PutObject",
    "CreateMultipartUpload": "PutObject", "UploadPart": "PutObject", "CompleteMultipartUpload": "PutObject",
    "ListMultipartUploads": "ListBucketMultipartUploads", "ListParts": "ListMultipartUploadParts",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration", "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "DeleteBucketLifecycle": "PutLifecycleConfiguration", "GetBucketEncryption": "GetEncryptionConfiguration",
    "PutBucketEncryption": "PutEncryptionConfiguration", "DeleteBucketEncryption": "PutEncryptionConfiguration",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock", "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "DeletePublicAccessBlock": "PutBucketPublicAccessBlock", "DeleteBucketTagging": "PutBucketTagging",
    "GetBucketAccelerateConfiguration": "GetAccelerateConfiguration", "GetBucketReplication": "GetReplicationConfiguration",
    "ListBucketInventoryConfigurations": "GetInventoryConfiguration",
    "GetBucketNotificationConfiguration": "GetBucketNotification", "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
    "DeleteBucketOwnershipControls": "PutBucketOwnershipControls", "DeleteBucketCors": "PutBucketCORS", "GetBucketCors": "GetBucketCORS",
}  # fmt: skip
#: there are two rights to budgets: to change them, and to look at them
BUDGETS = ("budgets:ModifyBudget", "budgets:ViewBudget")

#: what a call holds for the rules, and nobody is shown
INNER = frozenset({"asked", "model", "protocol", "made"})


@dataclass
class Call:
    """One request to the API. ``parameters`` are those that may be shown; ``asked`` are what was sent."""

    number: int
    service: str
    operation: str
    write: bool
    principal: str
    account: str
    region: str
    parameters: dict[str, Any]
    action: str = ""
    error: str | None = None
    time: float = field(default_factory=time.time)
    asked: dict[str, Any] = field(default_factory=dict, repr=False)
    #: ids of what the call made
    made: tuple[str, ...] = field(default=(), repr=False)
    model: Any = field(default=None, repr=False)
    protocol: str = field(default="", repr=False)

    @property
    def name(self) -> str:
        """The operation without its service: ``CreateSubnet``."""
        return self.operation.partition(":")[2]

    def as_json(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(_plain(self)).items() if name not in INNER}


def _plain(call: Call) -> Call:
    """A copy without what cannot be copied deeply."""
    return Call(**{**{name: getattr(call, name) for name in Call.__dataclass_fields__}, "asked": {}, "model": None})


def recognise(number: int, environ: Mapping[str, Any], body: bytes) -> Call:
    """What is asked; a request that no model knows is called ``?:METHOD /path``."""
    key, region, service = _scope(environ, body)
    prefix = PREFIXES.get(service, service)
    call = Call(number, prefix, f"?:{environ['REQUEST_METHOD']} {environ.get('PATH_INFO', '')}", True, key, DEFAULT_ACCOUNT_ID, region, {})
    request = Request(dict(environ), populate_request=False)
    try:
        model = get_service_model(MODELS.get(service, service))
        operation, found = get_service_router(MODELS.get(service, service)).match(request)
        call.protocol = determine_request_protocol(model, request.content_type)
    except Exception:
        return call
    return _named(call, operation, _parsed(request, call.protocol, operation, found))


def _named(call: Call, operation: Any, asked: dict[str, Any]) -> Call:
    call.model, call.asked = operation, asked
    call.operation = f"{call.service}:{operation.name}"
    call.action = _action(call, operation.name)
    call.write = not is_read(call.operation) and str(asked.get("DryRun", "")).lower() != "true"
    call.parameters = masked(asked, operation.input_shape)
    return call


def _action(call: Call, name: str) -> str:
    """The right that it takes."""
    if call.service == "budgets":
        return BUDGETS[is_read(call.operation)]
    return f"s3:{S3_ACTIONS.get(name, name)}" if call.service == "s3" else call.operation


def is_read(operation: str) -> bool:
    return operation in ALSO_READS or bool(READS.match(operation.partition(":")[2]))


def _scope(environ: Mapping[str, Any], body: bytes) -> tuple[str, str, str]:
    """(access key, region, signing name); what is not signed is S3's, or what its body says."""
    found = _SCOPE.search(str(environ.get("HTTP_AUTHORIZATION", "")))
    if found:
        return found.group(1), found.group(2), found.group(3).lower()
    if b"Action=AssumeRoleWith" in body:
        return "anonymous", "us-east-1", "sts"
    return "anonymous", "us-east-1", "s3"


def _parsed(request: Request, protocol: str, operation: Any, found: dict[str, Any]) -> dict[str, Any]:
    parser = PROTOCOL_PARSERS[protocol](operation)
    try:
        return dict(
            parser.parse(
                {
                    "method": request.method,
                    "values": request.values,
                    "headers": request.headers,
                    "body": request.data,
                    "url_path": request.path,
                    "url_params": found,
                }
            )
        )
    except Exception:
        return {}


def masked(value: Any, shape: Any, name: str = "") -> Any:
    """The parameters as they may be shown: what the model calls sensitive, and what sounds like it, is hidden."""
    if value is None or (shape is not None and shape.metadata.get("sensitive")) or SECRET.search(name):
        return MASK if value is not None else None
    if isinstance(value, Mapping):
        members = getattr(shape, "members", {}) or {}
        return {key: masked(one, members.get(key) or getattr(shape, "value", None), str(key)) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [masked(one, getattr(shape, "member", None)) for one in value]
    if isinstance(value, bytes):
        return f"({len(value)} bytes)"
    return value if isinstance(value, (str, int, float, bool)) else str(value)


def principal(key: str, account: str = DEFAULT_ACCOUNT_ID) -> str:
    """The ARN of whoever has this access key; the account's root where nobody here has it."""
    from moto.iam.models import iam_backends
    from moto.sts.models import sts_backends

    for role in sts_backends[account]["aws"].assumed_roles:
        if role.access_key_id == key:
            return str(role.arn)
    for user in iam_backends[account]["aws"].users.values():
        if any(one.access_key_id == key for one in user.access_keys):
            return str(user.arn)
    return f"arn:aws:iam::{account}:root"


def made_in(body: bytes) -> list[str]:
    """Ids that an answer names, as EC2 makes them: what CloudTrail knows a new resource by."""
    return sorted({found.decode() for found in _MADE.findall(body[:20000])})
