"""One question of a model server that speaks as OpenAI's API does, and one short text as its answer. What else it may say or do is an error
that names no word of what it was asked, and it never takes longer than it may.
"""

import ssl
from typing import Any

import httpx
from pydantic import BaseModel, Field, ValidationError

from echodiary.breaker import AwayError, LaterError
from echodiary.deadline import within
from echodiary.settings import Settings

#: An answer has a few hundred characters; one that goes on and on is not read to its end.
MOST_BYTES = 65_536
MOST_CHARACTERS = 1000
MOST_TOKENS = 120
#: what of its Retry-After is believed: it may count days
LONGEST_PAUSE = 300.0


class UnusableError(Exception):
    """It works, and has said nothing that one could show."""


class _Message(BaseModel):
    content: str | None = None


class _Choice(BaseModel):
    message: _Message


class _Answer(BaseModel):
    choices: list[_Choice] = Field(min_length=1)


class ModelServer:
    def __init__(self, client: httpx.AsyncClient, model: str, seconds: float) -> None:
        self._client, self._model, self._seconds = client, model, seconds

    async def ask(self, instruction: str, text: str) -> str:
        """Raises AwayError, UnusableError."""
        try:
            status, headers, body = await within(self._seconds, self._exchange(self._asked(instruction, text)))
        except TimeoutError:
            raise AwayError("slow") from None
        except (httpx.HTTPError, OSError) as error:
            # Its words may quote a header, and the key is one.
            raise AwayError(type(error).__name__) from None
        if status != httpx.codes.OK:
            raise _refused(status, headers)
        return _said(body)

    async def close(self) -> None:
        await self._client.aclose()

    def _asked(self, instruction: str, text: str) -> dict[str, Any]:
        messages = [{"role": "system", "content": instruction}, {"role": "user", "content": text}]
        return {"model": self._model, "messages": messages, "max_tokens": MOST_TOKENS, "stream": False}

    async def _exchange(self, asked: dict[str, Any]) -> tuple[int, httpx.Headers, bytes]:
        body = b""
        async with self._client.stream("POST", "chat/completions", json=asked) as answer:
            async for part in answer.aiter_raw():
                body += part
                if len(body) > MOST_BYTES:
                    raise AwayError("endless")
        return answer.status_code, answer.headers, body


def _refused(status: int, headers: httpx.Headers) -> Exception:
    if status in (400, 413, 422):
        return UnusableError(f"refused with {status}")
    said = headers.get("retry-after", "")
    seconds = min(float(said), LONGEST_PAUSE) if said.isascii() and said.isdigit() else 0
    return (LaterError if status == httpx.codes.TOO_MANY_REQUESTS else AwayError)(f"answered {status}", seconds)


def _said(body: bytes) -> str:
    try:
        content = _Answer.model_validate_json(body).choices[0].message.content
    except ValidationError:
        raise AwayError("nonsense") from None
    text = " ".join((content or "").split())
    if not text or len(text) > MOST_CHARACTERS or not text.isprintable():
        raise UnusableError("said nothing that can be shown")
    return text


def create(settings: Settings) -> ModelServer | None:
    if settings.question_url is None or settings.question_key is None:
        return None
    client = httpx.AsyncClient(
        base_url=settings.question_url,
        headers={"Authorization": f"Bearer {settings.question_key.get_secret_value()}", "Accept-Encoding": "identity"},
        # Where it goes is decided by its setting: a proxy of the environment would read diaries.
        trust_env=False,
        verify=ssl.create_default_context(cadata=settings.question_ca_certificate),
        timeout=settings.question_timeout,
        # A connection that rests may be closed the moment it is used again, and a question is not asked twice.
        limits=httpx.Limits(max_keepalive_connections=0),
    )
    return ModelServer(client, settings.question_model, settings.question_timeout)
