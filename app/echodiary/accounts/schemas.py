"""What the routes of accounts take and give."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from echodiary.models import Account
from echodiary.schemas import Problem, Responses

# As browsers check what is typed into a field for an address; nothing that a header of a mail could be broken out of.
_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
ADDRESS = rf"^[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]+@{_LABEL}(?:\.{_LABEL})*$"
Email = Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, max_length=254, pattern=ADDRESS)]
NewPassword = Annotated[str, StringConstraints(min_length=10, max_length=1000)]
Password = Annotated[str, StringConstraints(max_length=1000)]
TokenText = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00]*[^\s\x00][^\x00]*$")]
Language = Literal["ko", "en"]

WRONG: Responses = {401: {"model": Problem, "description": "No account, or another password."}}
UNVERIFIED: Responses = {403: {"model": Problem, "description": "The address is not verified; a new link was sent."}}
REFUSED: Responses = {403: {"model": Problem, "description": "The password is wrong, or X-CSRF-Token is missing."}}
TOO_MANY: Responses = {429: {"model": Problem, "description": "Too many tries; Retry-After says when there is another."}}
OLD_LINK: Responses = {400: {"model": Problem, "description": "The link is unknown, was used, or is too old; or the body is no text."}}
NO_TOKEN: Responses = {404: {"model": Problem, "description": "There is no such token."}}
NO_SIGN_UP: Responses = {404: {"model": Problem, "description": "Nobody signs up here."}}


class _Taken(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class Credentials(_Taken):
    email: Email
    password: Password


class SignUp(_Taken):
    email: Email
    password: NewPassword
    language: Language = "en"


class LinkToken(_Taken):
    token: TokenText


class Forgotten(_Taken):
    email: Email


class Reset(_Taken):
    token: TokenText
    password: NewPassword


class NewLanguage(_Taken):
    language: Language


class ChangedPassword(_Taken):
    """The present one, and the one to come."""

    password: Password
    new_password: NewPassword


class Confirmed(_Taken):
    password: Password | None = Field(None, description="Not asked of an account that has none.")


class TokenIn(_Taken):
    name: Name


class TokenOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str
    created_at: datetime
    used_at: datetime | None


class TokenMade(BaseModel):
    id: int
    name: str
    token: str = Field(description="Shown this once.")


class AccountOut(BaseModel):
    id: int
    email: str | None
    verified: bool
    language: Language
    created_at: datetime

    @classmethod
    def of(cls, account: Account) -> Self:
        return cls(
            id=account.id,
            email=account.email,
            verified=account.verified_at is not None,
            language="ko" if account.language == "ko" else "en",
            created_at=account.created_at,
        )


class Provider(BaseModel):
    name: str
    url: str


class WaysIn(BaseModel):
    """What a page may offer."""

    password: bool = True
    sign_up: bool
    oidc: Provider | None = None
    question: bool = False
