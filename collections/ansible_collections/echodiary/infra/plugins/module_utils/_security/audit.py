# SPDX-License-Identifier: GPL-3.0-or-later
"""What lynis has to say of a host: by the one that is installed, or by one that is unpacked beside everything and thrown away."""

from __future__ import annotations

import contextlib
import glob
import os
import shutil
import tempfile

from .._host.run import run, tail
from .shapes import Said

FETCH, LOOK = 180.0, 300.0
PID_FILE = "/run/lynis.pid"
#: nothing is kept of what apt reads
_OWN = ("APT::Sandbox::User=root", "Dir::Cache::pkgcache=", "Dir::Cache::srcpkgcache=")
MISSING = "lynis: not installed on this host (apt-get install lynis); -e security_install=true fetches it for the run and keeps nothing"


def audited(*, install: bool) -> Said:
    """Its report, as it writes it."""
    place = tempfile.mkdtemp(prefix="echodiary-lynis.")
    try:
        program = shutil.which("lynis")
        if program:
            return _report(place, [program], "/")
        if not install:
            return {"text": "", "why": MISSING}
        return _unpacked(place)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _unpacked(place: str) -> Said:
    """apt looks at the signature of what it fetches, as of what it installs."""
    own = [word for option in _OWN for word in ("-o", option)]
    fetched = run(["env", "-C", place, "apt-get", "-q", *own, "download", "lynis"], FETCH)
    files = glob.glob(os.path.join(place, "*.deb"))
    if fetched.code != 0 or not files:
        return {"text": "", "why": f"lynis could not be fetched: {' '.join(tail(fetched.output, 2).split())[:300]}; sudo apt-get update"}
    opened = run(["dpkg-deb", "-x", files[0], place], 60)
    if opened.code != 0:
        return {"text": "", "why": f"lynis could not be unpacked: {tail(opened.output, 1)}"}
    home = os.path.join(place, "usr/share/lynis")
    for file in glob.glob(os.path.join(place, "etc/lynis/*.prf")):
        shutil.copy(file, home)
    return _report(place, ["sh", os.path.join(place, "usr/sbin/lynis")], home, "--plugin-dir", os.path.join(place, "etc/lynis/plugins"))


def _report(place: str, program: list[str], home: str, *more: str) -> Said:
    report, log = os.path.join(place, "report.dat"), os.path.join(place, "log")
    words = ["audit", "system", "--quick", "--quiet", "--no-colors", "--report-file", report, "--logfile", log, *more]
    running = os.path.exists(PID_FILE)
    done = run(["env", "-C", home, f"TMPDIR={place}", *program, *words], LOOK)
    if not running:
        with contextlib.suppress(OSError):  # one that was stopped leaves it, and the next one would ask people about it
            os.unlink(PID_FILE)
    try:
        with open(report, encoding="utf-8", errors="replace") as file:
            return {"text": file.read(), "why": ""}
    except OSError:
        return {"text": "", "why": f"lynis wrote no report ({done.code}): {' '.join(tail(done.output, 3).split())[:300]}"}
