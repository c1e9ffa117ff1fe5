"""`python -m echodiary`: serve, with as many workers as WEB_CONCURRENCY says, until SIGTERM."""

import signal
import sys

from pydantic import ValidationError

from echodiary import logs
from echodiary.settings import Settings, get_settings


def main() -> int:
    try:
        settings = get_settings()
    except ValidationError as error:
        for problem in error.errors():
            name = ".".join(map(str, problem["loc"])).upper()
            print(f"environment variable {name}: {problem['msg']}", file=sys.stderr)
        return 2
    logs.configure(settings.log_level)
    # uvicorn handles SIGTERM while it serves. Before and after that it means: leave, and clean up. As process 1 of a
    # container it would not even be noticed without a handler.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    _serve(settings)
    return 0


def _serve(settings: Settings) -> None:
    # prometheus_client decides when it is imported whether values live in files, so the directory comes first.
    from echodiary import multiproc_directory

    with multiproc_directory.prepared():
        import uvicorn

        uvicorn.run(
            "echodiary.main:create_app",
            factory=True,
            host=settings.host,
            port=settings.port,
            workers=settings.web_concurrency,
            log_config=logs.config(settings.log_level),
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=settings.shutdown_timeout,
            # A worker starved of CPU is slow, not dead.
            timeout_worker_healthcheck=30,
        )


if __name__ == "__main__":
    sys.exit(main())
