"""What mails say, in the language of the account."""

from typing import Literal, NamedTuple

Kind = Literal["verify", "known", "reset"]
Language = Literal["ko", "en"]


class Text(NamedTuple):
    subject: str
    body: str


_EN = {
    "verify": Text(
        "Verify your address for EchoDiary",
        "Welcome to EchoDiary.\n\nOpen this link to verify your address. It works once, for 24 hours:\n\n{link}\n\n"
        "If you did not sign up, ignore this mail: nothing happens without the link.\n",
    ),
    "known": Text(
        "You have an EchoDiary account",
        "Somebody tried to sign up for EchoDiary with your address. You have an account already: sign in with it.\n\n"
        "If you forgot the password, this link sets a new one. It works once, for an hour:\n\n{link}\n\n"
        "If it was not you, ignore this mail.\n",
    ),
    "reset": Text(
        "A new password for EchoDiary",
        "Open this link to choose a new password. It works once, for an hour:\n\n{link}\n\n"
        "If you did not ask for it, ignore this mail: your password stays as it is.\n",
    ),
}
_KO = {
    "verify": Text(
        "EchoDiary 이메일 주소를 확인해 주세요",
        "EchoDiary에 오신 것을 환영합니다.\n\n"
        "아래 링크를 열어 이메일 주소를 확인해 주세요. 24시간 동안 한 번만 쓸 수 있습니다.\n\n{link}\n\n"
        "가입하신 적이 없다면 이 메일을 무시하세요. 링크를 열지 않으면 아무 일도 일어나지 않습니다.\n",
    ),
    "known": Text(
        "이미 EchoDiary 계정이 있습니다",
        "누군가 이 주소로 EchoDiary에 가입하려고 했습니다. 이미 계정이 있으니 그 계정으로 로그인해 주세요.\n\n"
        "비밀번호를 잊으셨다면 아래 링크에서 새로 정할 수 있습니다. 1시간 동안 한 번만 쓸 수 있습니다.\n\n{link}\n\n"
        "본인이 아니라면 이 메일을 무시하세요.\n",
    ),
    "reset": Text(
        "EchoDiary 새 비밀번호",
        "아래 링크를 열어 새 비밀번호를 정해 주세요. 1시간 동안 한 번만 쓸 수 있습니다.\n\n{link}\n\n"
        "요청하신 적이 없다면 이 메일을 무시하세요. 비밀번호는 그대로입니다.\n",
    ),
}
_PAGES: dict[Kind, str] = {"verify": "verify", "known": "reset", "reset": "reset"}


def text(kind: Kind, language: str, link: str) -> Text:
    found = (_KO if language == "ko" else _EN)[kind]
    return Text(found.subject, found.body.format(link=link))


def link(public_url: str, kind: Kind, token: str) -> str:
    """Behind the #: what stands there reaches no server, and so no log."""
    return f"{public_url}/#/{_PAGES[kind]}/{token}"
