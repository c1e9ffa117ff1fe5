# SPDX-License-Identifier: GPL-3.0-or-later
"""A DynamoDB table that keeps leases, over boto3: only runs whose inventory names one import this."""

from __future__ import annotations

from typing import Any

from . import clocks, item
from .asking import Seen, StoreError
from .places import LOGIN, Place

try:
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, NoCredentialsError, ProfileNotFound
    from botocore.exceptions import ConnectionError as UnreachableError
except ImportError as error:
    #: whoever is about to ask for a lease says so
    MISSING: ImportError | None = error
else:
    MISSING = None

#: In seconds. Throttled calls, and those that nobody answered, are made again, later each time. What is throttled is given up after 15 s at
#: most, what nobody answers after 40 s.
_ATTEMPTS = 5
_CONFIG = {"connect_timeout": 3, "read_timeout": 5, "retries": {"mode": "standard", "total_max_attempts": _ATTEMPTS}}
_THROTTLED = frozenset(
    {"ThrottlingException", "Throttling", "ProvisionedThroughputExceededException", "RequestLimitExceeded", "ThrottledException"}
)
_LOGGED_OUT = frozenset(
    {"ExpiredTokenException", "ExpiredToken", "UnrecognizedClientException", "InvalidClientTokenId", "InvalidSignatureException"}
)
_RIGHTS = "dynamodb:GetItem and dynamodb:PutItem"


class Table:
    """``asking.Store``."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self._client: Any = None

    def __str__(self) -> str:
        return str(self.place)

    def read(self, key: str) -> Seen:
        """Consistent: what was written before this is seen."""
        answer = self._call("get_item", Key={item.KEY: {"S": key}}, ConsistentRead=True)
        try:
            now = clocks.told(answer["ResponseMetadata"]["HTTPHeaders"].get("date", ""))
        except ValueError:
            raise StoreError(f"an answer of {self} says no time, by which a lease is judged; does something between change it?") from None
        return Seen(answer.get("Item"), now)

    def write(self, new: item.Item, seen: item.Item | None) -> bool:
        """Where an answer was lost, the call that botocore makes again finds its own write in its way: whose mark is there, has written."""
        try:
            self._call("put_item", Item=new, **item.condition(seen))
        except _OvertakenError:
            return self._is_ours(new)
        except _LostError as error:
            if self._is_ours(new):
                return True
            raise StoreError(str(error)) from error
        return True

    def _is_ours(self, new: item.Item) -> bool:
        return item.is_of(self.read(new[item.KEY]["S"]).item, new["mark"]["S"])

    def _call(self, operation: str, **given: Any) -> dict[str, Any]:
        try:
            self._client = self._client or _client(self.place)
            answer: dict[str, Any] = getattr(self._client, operation)(TableName=self.place.table, **given)
        except ClientError as error:
            raise self._refused(error) from error
        except (NoCredentialsError, ProfileNotFound) as error:
            raise StoreError(f"{self} cannot be asked: {error}; log in, or see {LOGIN}") from error
        except (HTTPClientError, UnreachableError) as error:
            raise _LostError(f"{self} does not answer ({error}); see whether AWS can be reached from here") from error
        except (BotoCoreError, ValueError) as error:
            raise StoreError(f"{self} cannot be asked: {error}; see {LOGIN}") from error
        return answer

    def _refused(self, error: ClientError) -> StoreError:
        code, words = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
        if code == "ConditionalCheckFailedException":
            return _OvertakenError(f"{self}: {words}")
        if code.startswith("AccessDenied"):
            return StoreError(f"{self} may not be used by whoever is logged in: {words}; it takes {_RIGHTS}")
        if code == "ResourceNotFoundException":
            return StoreError(f"there is no {self}; see {LOGIN} and echodiary_lease, or make it once: {self._made_once()}")
        if code in _LOGGED_OUT:
            return StoreError(f"{self} does not know who asks ({code}: {words}); log in again, or see {LOGIN}")
        if code in _THROTTLED:
            return StoreError(f"{self} has too much to do ({code}, asked {_ATTEMPTS} times); run it again")
        return StoreError(f"{self} refuses {error.operation_name}: {code}: {words}")

    def _made_once(self) -> str:
        """Not made by itself: under a wrong region or account an empty table would say that nobody deploys."""
        return (
            f"aws dynamodb create-table --region {self.place.region} --table-name {self.place.table} --billing-mode PAY_PER_REQUEST "
            f"--attribute-definitions AttributeName={item.KEY},AttributeType=S --key-schema AttributeName={item.KEY},KeyType=HASH "
            "--deletion-protection-enabled"
        )


class _OvertakenError(StoreError):
    """The item is not what it was when it was read."""


class _LostError(StoreError):
    """Nobody knows whether the call had its effect."""


def _client(place: Place) -> Any:
    login = place.login
    session = boto3.session.Session(
        aws_access_key_id=login.get("access_key"),
        aws_secret_access_key=login.get("secret_key"),
        aws_session_token=login.get("session_token"),
        profile_name=login.get("profile"),
        region_name=place.region,
    )
    return session.client("dynamodb", endpoint_url=login.get("endpoint_url"), config=Config(**_CONFIG))
