# SPDX-License-Identifier: GPL-3.0-or-later
"""Releases of EchoDiary for the tests: the lab's image and a little on top, pushed to the lab's registry under a tag."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

_MIGRATION = '''"""{message}."""

from alembic import op
import sqlalchemy as sa

revision = "{revision}"
down_revision = "{down}"
branch_labels = None
depends_on = None


def upgrade() -> None:
{upgrade}


def downgrade() -> None:
{downgrade}
'''

_FAULTY = """
import time

from echodiary.observed_main import create_app as healthy

BEGAN = time.monotonic()


class Faulty:
    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] == "http" and scope["path"].startswith("/entries") and time.monotonic() - BEGAN > 15:
            await send({"type": "http.response.start", "status": 500, "headers": [(b"content-length", b"0")]})
            await send({"type": "http.response.body", "body": b""})
            return
        await self.app(scope, receive, send)


def create_app():
    app = healthy()
    app.add_middleware(Faulty)
    return app
"""

#: well when it starts, and for as long as probes look; then every request for entries is answered with 500
LATER_ERRORS = {"/srv/echodiary/echodiary/faulty.py": _FAULTY}
#: the application's own module goes by another name, and the faulty one takes its place
LATER_ERRORS_LINES = "RUN mv echodiary/main.py echodiary/observed_main.py && mv echodiary/faulty.py echodiary/main.py"


def build(base: str, registry: str, tag: str, lines: str = "", files: dict[str, str] | None = None) -> str:
    """Push ``registry``/echodiary/echodiary:``tag``: ``base`` with more Dockerfile ``lines`` and ``files`` (path in the image -> text)."""
    reference = f"{registry}/echodiary/echodiary:{tag}"
    with tempfile.TemporaryDirectory() as directory:
        context = Path(directory)
        copies = []
        for number, (path, text) in enumerate((files or {}).items()):
            (context / f"file{number}").write_text(text)
            copies.append(f"COPY file{number} {path}")
        dockerfile = [f"FROM {base}", "USER root", *copies, lines, "USER 10001:10001", f"ENV APP_VERSION={tag}", ""]
        (context / "Dockerfile").write_text("\n".join(dockerfile))
        _docker("build", "-q", "-t", reference, str(context))
    _docker("push", "-q", reference)
    return reference


def migration(revision: str, down: str, upgrade: str, downgrade: str = "pass", message: str = "A change") -> dict[str, str]:
    """One more revision, as a file of the image. ``upgrade`` and ``downgrade`` are lines of Python."""
    text = _MIGRATION.format(
        message=message,
        revision=revision,
        down=down,
        upgrade="\n".join("    " + line for line in upgrade.splitlines()),
        downgrade="\n".join("    " + line for line in downgrade.splitlines()),
    )
    return {f"/srv/echodiary/migrations/versions/{revision}_test.py": text}


def _docker(*words: str) -> str:
    done = subprocess.run(["docker", *words], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, f"docker {' '.join(words)}: {done.stdout}{done.stderr}"
    return done.stdout.strip()
