"""The two cookies of a browser that is signed in."""

from fastapi import Response

from echodiary.accounts import keys, store
from echodiary.settings import Settings

SESSION, CSRF = "echodiary_session", "echodiary_csrf"


def give(response: Response, settings: Settings, token: str) -> None:
    seconds = int(store.SESSION.total_seconds())
    for name, value in ((SESSION, token), (CSRF, keys.csrf(token))):
        response.set_cookie(
            name, value, max_age=seconds, path="/", secure=settings.secure_cookies, httponly=name == SESSION, samesite="lax"
        )


def take(response: Response, settings: Settings) -> None:
    for name in (SESSION, CSRF):
        response.delete_cookie(name, path="/", secure=settings.secure_cookies, httponly=name == SESSION, samesite="lax")
