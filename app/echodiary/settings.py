"""Every setting of the service, read from the environment and from nowhere else."""

from functools import lru_cache
from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
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

    @property
    def sqlalchemy_url(self) -> URL:
        """`postgresql://` is accepted too, because that is what hosting consoles hand out; psycopg 3 runs it."""
        return make_url(self.database_url.get_secret_value()).set(drivername="postgresql+psycopg")


@lru_cache
def get_settings() -> Settings:
    return Settings()
