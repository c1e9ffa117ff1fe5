"""Every setting of the service, read from the environment and from nowhere else."""

import ssl
from functools import lru_cache
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from limits import parse
from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError


class Settings(BaseSettings):
    """Times are seconds unless the name says otherwise. URLs may carry passwords, so they never print."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", frozen=True)

    app_version: str = "0.0.0-dev"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    host: str = "0.0.0.0"  # noqa: S104 - in a container; what is published is decided outside
    port: int = Field(8000, ge=1, le=65535)
    web_concurrency: int = Field(1, ge=1, le=64)
    shutdown_timeout: int = Field(25, ge=1, le=600)

    database_url: SecretStr
    db_pool_size: int = Field(5, ge=1, le=200)
    db_max_overflow: int = Field(5, ge=0, le=200)
    db_pool_timeout: float = Field(5, gt=0, le=120)
    db_connect_timeout: int = Field(3, ge=1, le=60)
    db_statement_timeout_ms: int = Field(10_000, ge=0)

    request_timeout: float = Field(15, gt=0, le=600)
    max_body_bytes: int = Field(2 * 1024 * 1024, ge=1024)

    redis_url: SecretStr | None = None
    redis_timeout: float = Field(0.25, gt=0, le=10)
    redis_pause: float = Field(2, gt=0, le=60)
    stats_cache_seconds: int = Field(10, ge=1, le=3600)
    ready_timeout: float = Field(2, gt=0, le=30)
    verify_timeout: float = Field(5, gt=0, le=60)

    question_url: str | None = None
    question_key: SecretStr | None = None
    question_model: str = ""
    question_ca_certificate: str | None = None
    question_timeout: float = Field(8, gt=0, le=120)
    question_concurrency: int = Field(4, ge=1, le=100)
    question_per_day: int = Field(20, ge=1)
    question_pause: float = Field(30, gt=0, le=3600)
    # Open is for the release between: whoever brings nothing is the first account, as programs from before accounts do.
    sign_in: Literal["open", "required"] = "open"
    sign_up: bool = True
    sign_in_limit_account: str = "10/15 minutes"
    sign_in_limit_address: str = "100/15 minutes"
    mail_limit: str = "5/hour"
    password_threads: int = Field(1, ge=1, le=16)
    mail_url: SecretStr | None = None
    mail_from: str | None = None
    public_url: str | None = None
    cookie_secure: bool | None = None
    cors_origins: Annotated[tuple[str, ...], NoDecode] = ()

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @field_validator("database_url")
    @classmethod
    def _postgresql_only(cls, value: SecretStr) -> SecretStr:
        try:
            backend = make_url(value.get_secret_value()).get_backend_name()
        except ArgumentError:
            backend = "unreadable"
        if backend != "postgresql":
            raise ValueError("must look like postgresql+psycopg://user:password@host:5432/database")
        return value

    @field_validator("question_url")
    @classmethod
    def _http_only(cls, value: str | None) -> str | None:
        found = urlsplit(value or "http://none")
        if found.scheme not in ("http", "https") or not found.hostname or "@" in found.netloc or found.query or found.fragment:
            raise ValueError("must look like https://10.20.0.21:8500/v1, without a password")
        return value

    @field_validator("question_key")
    @classmethod
    def _fits_a_header(cls, value: SecretStr | None) -> SecretStr | None:
        key = "" if value is None else value.get_secret_value()
        if not key.isascii() or not key.isprintable() or " " in key:
            raise ValueError("holds what no key has: a space, a line's end or a letter beyond ASCII")
        return value

    @field_validator("question_ca_certificate")
    @classmethod
    def _is_one(cls, value: str | None) -> str | None:
        try:
            ssl.create_default_context(cadata=value)
        except ssl.SSLError:
            raise ValueError("must be a certificate's PEM text") from None
        return value

    @model_validator(mode="after")
    def _whom_to_ask(self) -> Self:
        if self.question_url is None:
            return self
        if self.question_key is None or not self.question_model:
            raise ValueError("QUESTION_URL needs QUESTION_KEY and QUESTION_MODEL beside it")
        if self.question_timeout >= self.request_timeout:
            raise ValueError("QUESTION_TIMEOUT must be shorter than REQUEST_TIMEOUT, which ends every request")
        return self

    @field_validator("sign_in_limit_account", "sign_in_limit_address", "mail_limit")
    @classmethod
    def _a_limit(cls, value: str) -> str:
        try:
            parse(value)
        except ValueError:
            raise ValueError("must look like 10/15 minutes") from None
        return value

    @field_validator("mail_url")
    @classmethod
    def _a_mail_server(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            url = urlsplit(value.get_secret_value())
            if url.scheme != "console" and not (url.scheme in ("smtp", "smtps") and url.hostname):
                raise ValueError("must look like smtp://user:password@host:587, smtps://user:password@host:465 or console://")
        return value

    @field_validator("public_url")
    @classmethod
    def _an_origin(cls, value: str | None) -> str | None:
        if value is not None and not (urlsplit(value).scheme in ("http", "https") and urlsplit(value).hostname):
            raise ValueError("must look like https://diary.example.com")
        return value and value.rstrip("/")

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _by_comma(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _mail_is_whole(self) -> Self:
        if self.mail_url is not None and (self.mail_from is None or self.public_url is None):
            raise ValueError("MAIL_URL needs MAIL_FROM, and PUBLIC_URL for its links")
        return self

    @property
    def secure_cookies(self) -> bool:
        """Unless the service is known to be reached without TLS, as on a developer's machine."""
        return not (self.public_url or "").startswith("http://") if self.cookie_secure is None else self.cookie_secure

    @property
    def offers_sign_up(self) -> bool:
        """Whoever signs up has to get a mail."""
        return self.sign_up and self.mail_url is not None

    @property
    def sqlalchemy_url(self) -> URL:
        """`postgresql://` is accepted too, because that is what hosting consoles hand out; psycopg 3 runs it."""
        return make_url(self.database_url.get_secret_value()).set(drivername="postgresql+psycopg")


@lru_cache
def get_settings() -> Settings:
    return Settings()
