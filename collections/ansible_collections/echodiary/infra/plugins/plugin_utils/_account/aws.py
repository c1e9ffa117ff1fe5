# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading one account and region: whole answers, each question asked once, and a refusal that names the right that is missing."""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from .._common.errors import SpecError

try:
    import boto3
    import jmespath
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError, ConnectTimeoutError, EndpointConnectionError
    from botocore.parsers import ResponseParserError
except ImportError as error:
    #: whoever is about to ask AWS says so
    MISSING: ImportError | None = error
else:
    MISSING = None

if TYPE_CHECKING:
    from .model import Json

Item = TypeVar("Item")
Told = TypeVar("Told")
#: reads that run at once; more gained nothing
THREADS = 16
#: what AWS calls a right that is missing
REFUSALS = frozenset(
    {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError", "NotAuthorized", "UnauthorizedAccess", "403"}
)
#: what IAM calls a service that boto3 calls otherwise
_PREFIXES = {"elbv2": "elasticloadbalancing", "resourcegroupstaggingapi": "tag"}
#: rights of S3 that are not named after the operation
_OTHERWISE = {
    "ListBuckets": "ListAllMyBuckets",
    "HeadBucket": "ListBucket",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "PutBucketEncryption": "PutEncryptionConfiguration",
    "DeleteBucketEncryption": "PutEncryptionConfiguration",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "DeleteBucketLifecycle": "PutLifecycleConfiguration",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
    "DeleteBucketTagging": "PutBucketTagging",
    "DeleteBucketOwnershipControls": "PutBucketOwnershipControls",
    "GetBucketReplication": "GetReplicationConfiguration",
    "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
}
#: of these IAM knows two rights, whatever the operation
_OF_BUDGETS = ("ViewBudget", "ModifyBudget")
_EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})
#: what may be asked twice: reads, and the command by which hosts are asked for their keys
_REPEATABLE = ("Describe", "Get", "List", "Head", "SendCommand")
#: the service broke, or what stands before it lost sight of it: either may have been after the change
_BROKEN = frozenset({500, 502, 504})
_THERE = re.compile(r"Already|Duplicate|Exists|Conflict|InUse")
_GONE = re.compile(r"NotFound|NoSuch|NotAttached|NotAssociated")


class RefusedError(SpecError):
    """A right is missing, so that nothing can be said of what was asked for: it is neither there nor absent."""


class UnsureError(SpecError):
    """What AWS was asked for may have been done, by this request or by the one before it: the account says.

    ``gone``, ``there``: AWS has answered, and says so of what it was about.
    """

    def __init__(self, message: str, gone: bool = False, there: bool = False) -> None:
        super().__init__(message)
        self.gone, self.there = gone, there


class _UnheardError(Exception):
    """A change was sent, and no answer came that says what became of it."""


def failed(code: str, message: str) -> SpecError:
    """``code``: AWS's. Where it says that there is nothing left to do, that may be the run's own work."""
    gone, there = bool(_GONE.search(code)), bool(_THERE.search(code))
    return UnsureError(message, gone, there) if gone or there else SpecError(message)


class Login(NamedTuple):
    """As modules of amazon.aws take it; what is empty comes from the environment, as boto3 finds it."""

    region: str
    endpoint_url: str = ""
    access_key: str = ""
    secret_key: str = ""
    session_token: str = ""
    profile: str = ""

    def arguments(self) -> dict[str, str]:
        """For a module."""
        return {name: value for name, value in self._asdict().items() if value}


#: so often a question is asked that gets no answer
ATTEMPTS = 10


def each(ask: Callable[[Item], Told], of: Iterable[Item]) -> list[Told]:
    """Side by side what AWS tells of one thing at a time only. Some of it is answered from another continent."""
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(ask, of))


def of(login: Mapping[str, str | None], attempts: int = ATTEMPTS) -> Aws:
    """``login``: as ``echodiary_aws`` has it. SpecError where nobody could be asked by it."""
    if MISSING:
        raise SpecError(f"{sys.executable} has no {MISSING.name}, which AWS is asked with; {sys.executable} -m pip install boto3")
    if not login.get("region"):
        raise SpecError("echodiary_aws has no region, so AWS cannot be asked; add it, as in echodiary_aws: {region: eu-central-1}")
    return Aws(Login(**{name: given for name in Login._fields if (given := login.get(name))}), attempts)


class Aws:
    """Of one account and region. Threads may share it."""

    def __init__(self, login: Login, attempts: int = ATTEMPTS) -> None:
        self.login = login
        self._session = boto3.Session(
            region_name=login.region,
            aws_access_key_id=login.access_key or None,
            aws_secret_access_key=login.secret_key or None,
            aws_session_token=login.session_token or None,
            profile_name=login.profile or None,
        )
        self._config = Config(retries={"mode": "adaptive", "max_attempts": attempts}, max_pool_connections=THREADS, connect_timeout=10)
        self._making = threading.Lock()
        self._clients: dict[str, Any] = {}
        self._asked: dict[str, _Once] = {}

    def forget(self) -> None:
        """What was read is asked anew."""
        self._asked = {}

    def client(self, service: str) -> Any:
        with self._making:  # a session makes one client at a time
            if service not in self._clients:
                made = self._session.client(service, endpoint_url=self.login.endpoint_url or None, config=self._config)
                # before boto3's own, which would send it again
                made.meta.events.register_first(f"needs-retry.{made.meta.service_model.service_id.hyphenize()}", _not_again)
                self._clients[service] = made
            return self._clients[service]

    def find(self, service: str, operation: str, path: str, absent: tuple[str, ...] = (), **asked: Any) -> list[Any]:
        """What ``path`` (JMESPath) finds in all pages of the answer. ``absent``: errors that say that there is none.

        RefusedError where a right is missing, SpecError for whatever else goes wrong.
        """
        key = repr((service, operation, path, sorted(asked.items())))
        with self._making:
            once = self._asked.setdefault(key, _Once())
        return once.of(lambda: self._find(service, operation, path, absent, asked))

    def right(self, service: str, operation: str) -> str:
        """As IAM names it: ``ec2:DescribeVpcs``."""
        name = self.client(service).meta.method_to_api_mapping[operation]
        if service == "budgets":
            name = _OF_BUDGETS[not name.startswith(_REPEATABLE)]
        return f"{_PREFIXES.get(service, service)}:{_OTHERWISE.get(name, name) if service == 's3' else name}"

    def one(self, service: str, operation: str, path: str, absent: tuple[str, ...] = (), **asked: Any) -> Any:
        """The first that is found, or None."""
        return next(iter(self.find(service, operation, path, absent, **asked)), None)

    def _find(self, service: str, operation: str, path: str, absent: tuple[str, ...], asked: Mapping[str, Any]) -> list[Any]:
        client = self.client(service)
        try:
            if client.can_paginate(operation):
                return [one for one in client.get_paginator(operation).paginate(**asked).search(path) if one is not None]
            found = jmespath.search(path, getattr(client, operation)(**asked))
            return found if isinstance(found, list) else [] if found is None else [found]
        except ClientError as error:
            if error.response["Error"]["Code"] in absent:
                return []
            raise self._told(service, operation, error) from None
        except (BotoCoreError, ResponseParserError) as error:
            raise SpecError(
                f"{self.right(service, operation)} could not be asked: {_line(error)}; nothing was changed by this question"
            ) from None

    def call(self, service: str, operation: str, args: Mapping[str, Json]) -> Mapping[str, Json]:
        """One operation that changes something; its answer. UnsureError where nobody knows what became of it."""
        try:
            answer: Mapping[str, Json] = getattr(self.client(service), operation)(**args)
            return answer
        except ClientError as error:
            raise self._told(service, operation, error) from None
        except _UnheardError as error:
            raise UnsureError(f"{self.right(service, operation)}: {_line(error)}") from None
        except (BotoCoreError, ResponseParserError) as error:
            raise SpecError(f"{self.right(service, operation)}: {_line(error)}") from None

    def _told(self, service: str, operation: str, error: ClientError) -> SpecError:
        code, action = error.response["Error"]["Code"], self.right(service, operation)
        if code in REFUSALS:
            return RefusedError(
                f"{action} is refused to these credentials ({code}): what it would tell is Unknown; grant {action}, and run again"
            )
        if code in _EXPIRED:
            return SpecError(f"{action}: the credentials have expired; log in again, and run the same command: it goes on from here")
        return failed(code, f"{action}: {code}: {error.response['Error'].get('Message', '')}")


class _Once:
    """An answer that several threads want: the first one asks, and the others wait for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answer: list[Any] | None = None

    def of(self, ask: Any) -> list[Any]:
        with self._lock:
            if self._answer is None:
                self._answer = ask()
            return self._answer


def _not_again(operation: Any, response: Any = None, caught_exception: Exception | None = None, **_: Any) -> None:
    """A change that may have been done is not sent twice: AWS would make two of one name. With a token of the request's own it may."""
    if operation.name.startswith(_REPEATABLE) or operation.idempotent_members:
        return
    if caught_exception is not None and not isinstance(caught_exception, (ConnectTimeoutError, EndpointConnectionError)):
        raise _UnheardError(str(caught_exception))
    if response is not None and response[0].status_code in _BROKEN:
        error = response[1].get("Error", {})
        raise _UnheardError(f"{error.get('Code', response[0].status_code)}: {error.get('Message', '')}")


def _line(error: Exception) -> str:
    return " ".join(str(error).split())
