# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible, imported once; a fork of this process for every run. Ends when nobody asked for a while."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import signal
import socket
import sys
import tempfile
import traceback

from ansible import constants
from ansible.cli import playbook
from ansible.executor import playbook_executor, task_queue_manager
from ansible.plugins import action, callback, connection, strategy
from ansible.plugins.loader import action_loader, connection_loader, strategy_loader

#: nobody asked for so long (s)
IDLE = float(os.environ.get("WARM_IDLE", "120"))
#: what runs need beside what the command imports
BESIDE = (playbook_executor, task_queue_manager, action, callback, connection, strategy)


def main(path: str) -> None:
    for loader, names in ((strategy_loader, ["linear"]), (connection_loader, ["local", "ssh"]), (action_loader, ["normal", "debug"])):
        for name in names:
            loader.get(name, class_only=True)
    if os.path.exists(path):
        os.unlink(path)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen(16)
        server.settimeout(IDLE)
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        try:
            while True:
                client, _ = server.accept()
                with client:
                    if os.fork() == 0:
                        server.close()
                        os._exit(run(client))
        except TimeoutError:
            clear_up(path)


def clear_up(path: str) -> None:
    """Nothing stays of a process that ends. Whoever is about to start another one has the lock, and keeps all of it."""
    with open(f"{path}.lock", "w") as lock, contextlib.suppress(OSError):
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for name in (path, f"{path}.log", f"{path}.lock"):
            os.unlink(name)
        os.rmdir(os.path.dirname(path))


def run(client: socket.socket) -> int:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    size, streams, _, _ = socket.recv_fds(client, 4, 3)
    request = json.loads(exactly(client, int.from_bytes(size, "big")))
    dies_with(client)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.environ.clear()
    os.environ.update(request["environment"])
    constants.DEFAULT_LOCAL_TMP = tempfile.mkdtemp(prefix=f"ansible-local-{os.getpid()}")
    sys.argv[:] = ["ansible-playbook", *request["words"]]
    code = ended()
    shutil.rmtree(constants.DEFAULT_LOCAL_TMP, ignore_errors=True)
    client.sendall(code.to_bytes(4, "big"))
    return code


def ended() -> int:
    try:
        playbook.main()
        code: object = 0
    except SystemExit as end:
        code = end.code
    except BaseException:
        traceback.print_exc()
        code = 1
    if isinstance(code, str):
        sys.stderr.write(code + "\n")
    sys.stdout.flush()
    sys.stderr.flush()
    return code if isinstance(code, int) else bool(code)


def dies_with(client: socket.socket) -> None:
    """Whoever ends the program that was started means the run: its side of the socket closes, and that is a signal here."""
    fcntl.fcntl(client, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(client, fcntl.F_SETFL, fcntl.fcntl(client, fcntl.F_GETFL) | os.O_ASYNC)
    signal.signal(signal.SIGIO, signal.SIG_DFL)


def exactly(client: socket.socket, size: int) -> bytes:
    parts = b""
    while len(parts) < size:
        parts += client.recv(size - len(parts))
    return parts


if __name__ == "__main__":
    main(sys.argv[1])
