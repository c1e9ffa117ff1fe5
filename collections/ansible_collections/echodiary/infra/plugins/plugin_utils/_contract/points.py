# SPDX-License-Identifier: GPL-3.0-or-later
"""The points of an image's contract, and what to do about each. docs/contract.md says the same for people."""

from __future__ import annotations

#: name -> what mends it, in the order in which they are told
POINTS = {
    "image": "push it, or correct the reference",
    "architecture": "build it for that: docker buildx build --platform {machine} …",
    "user": "say USER 10001 in the Dockerfile, after what root has to do; where root is meant, say user: root in the Compose file",
    "secrets": "take ENV and ARG of it out of the Dockerfile, change what was in it, and give it by a sensitive env_file of the component",
    "schema": (
        "install Python and Alembic in the image; or bring the schema along by another tool, migrate: {{command: […]}} in the component's "
        "release; or leave migrate out where there is no schema"
    ),
    "beside": "publish ${{PORT}} alone, and leave container_name out: a new release runs beside the old one",
    "starts": "mend what it says; CMD has to be a program that is in it, that USER may run, and that stays in the foreground",
    "memory": "raise mem_limit in the Compose file, or have it use less: fewer workers, smaller caches",
    "listens": "bind 0.0.0.0:{port} in the container, not a loopback address: --host 0.0.0.0, LISTEN=:{port}, …",
    "check": (
        "answer release.check without a login, once it can serve; or correct check and health of the component; what only a pending "
        "migration brings along is missing here"
    ),
    "host": "accept the name {host}, by which HAProxy asks (ALLOWED_HOSTS or the like)",
    "requests": "mend what it answers, or correct release.requests of the component",
    "metrics": "answer Prometheus' text format there, or correct the path in the component's monitoring.yml",
    "healthcheck": "mend HEALTHCHECK, or drop it (HEALTHCHECK NONE): the component's own probes say more",
    "stop": (
        'end on SIGTERM: CMD ["program", "word"] in place of CMD program word, exec in a script that starts it, or init: true in the '
        "Compose file"
    ),
    "in_flight": "on SIGTERM end only after what is under way is answered (a graceful shutdown)",
    "writes": "write below a volume or a tmpfs of the Compose file (tmpfs: [/tmp]), or nowhere (ENV HOME=/tmp PYTHONDONTWRITEBYTECODE=1)",
    "logs": "log to stdout or stderr: RUN ln -sf /dev/stdout /var/log/app.log, or a setting of it; a file grows without end",
}
