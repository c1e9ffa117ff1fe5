"""Mails leave in the background: how long one takes tells nobody whether there is an account, and one that fails fails no request."""

import asyncio
import logging
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import SplitResult, unquote, urlsplit

import aiosmtplib

from echodiary import metrics
from echodiary.accounts import texts
from echodiary.accounts.background import Background
from echodiary.settings import Settings

log = logging.getLogger(__name__)
SECONDS = 10
#: seconds before each try: a server that is busy is often so for a moment only
TRIES = (0, 2, 10)


class Mails:
    def __init__(self, settings: Settings, pauses: tuple[float, ...] = TRIES) -> None:
        self._server = None if settings.mail_url is None else urlsplit(settings.mail_url.get_secret_value())
        self._sender, self._public_url = settings.mail_from or "", settings.public_url or ""
        self._pauses = pauses
        self._background = Background()

    def post(self, kind: texts.Kind, language: str, to: str, token: str) -> None:
        """Never raises: what becomes of it is counted, and told without address and text."""
        if self._server is None:
            metrics.MAILS.labels("off").inc()
        elif not self._background.start(self._send(kind, language, to, token, self._server)):
            metrics.MAILS.labels("dropped").inc()

    async def finish(self, seconds: float) -> None:
        await self._background.finish(seconds)

    async def _send(self, kind: texts.Kind, language: str, to: str, token: str, server: SplitResult) -> None:
        said = texts.text(kind, language, texts.link(self._public_url, kind, token))
        if server.scheme == "console":
            log.info("mail to the console", extra={"kind": kind, "to": to, "text": said.body})
            metrics.MAILS.labels("sent").inc()
            return
        await self._deliver(kind, _message(self._sender, to, said), server)

    async def _deliver(self, kind: texts.Kind, message: EmailMessage, server: SplitResult) -> None:
        why = ""
        for pause in self._pauses:
            await asyncio.sleep(pause)
            try:
                await _hand_over(message, server)
            except (aiosmtplib.SMTPException, OSError) as error:
                # A server's words quote the address.
                code = getattr(error, "code", None)
                why = f"{type(error).__name__} {code}" if code else type(error).__name__
                continue
            metrics.MAILS.labels("sent").inc()
            return
        metrics.MAILS.labels("failed").inc()
        log.error("a mail was not sent", extra={"kind": kind, "error": why})


def _message(sender: str, to: str, said: texts.Text) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, said.subject
    message["Date"], message["Message-ID"] = formatdate(), make_msgid(domain=sender.rpartition("@")[2].strip("> "))
    message["Auto-Submitted"] = "auto-generated"
    # Lines of a base64 body are short whatever the language.
    message.set_content(said.body, cte="base64")
    return message


async def _hand_over(message: EmailMessage, server: SplitResult) -> None:
    secure = server.scheme == "smtps"
    await aiosmtplib.send(
        message,
        hostname=server.hostname,
        port=server.port or (465 if secure else 587 if server.username else 25),
        username=unquote(server.username) if server.username else None,
        password=unquote(server.password) if server.password else None,
        use_tls=secure,
        # A password never goes over a wire that anybody reads; without one, TLS where the server has it.
        start_tls=False if secure else True if server.username else None,
        timeout=SECONDS,
    )
