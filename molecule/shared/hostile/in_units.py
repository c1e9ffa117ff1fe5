"""On a host: each unit's own sandbox, with a hostile program in it. Prints what was tried and what became of it, by unit."""

import glob
import json
import os
import shutil
import subprocess
import sys

NAME, ACTS, SAID = "hostile.service", "/usr/local/lib/hostile.py", "/run/hostile.out"
PLACE = f"/run/systemd/system/{NAME}"
#: nothing of the unit but what it may do
OVER = """[Unit]
ConditionPathExists=
Wants=
[Service]
Type=oneshot
RemainAfterExit=no
Restart=no
RuntimeDirectoryPreserve=yes
TimeoutStartSec=30
EnvironmentFile=
LoadCredential=
ExecStartPre=
ExecStartPost=
ExecReload=
ExecStop=
ExecStopPost=
ExecStart=
ExecStart=/usr/bin/python3 -IB {} '{}'
StandardOutput=truncate:{}
StandardError=inherit
"""
PLAIN = "[Service]\nType=oneshot\nExecStart=/bin/true\n"
#: secrets of other components, which may not be on this host
PLANTED = (
    "/root/.ssh/hostile", "/root/.docker/hostile", "/home/hostile/key", "/etc/echodiary/hostile/key",
    "/opt/echodiary/hostile/blue/hostile.env", "/var/lib/echodiary/hostile/key", "/etc/alertmanager/hostile",
    "/etc/grafana/hostile", "/etc/postgres_exporter/hostile",
    "/etc/redis_exporter/hostile", "/var/lib/docker/hostile",
)  # fmt: skip
WRITES = ("/etc", "/usr/local/bin", "/usr/lib/systemd/system", "/var/lib", "/opt", "/srv", "/boot", "/root", "/var/cache", "/run")


def systemctl(*words):
    return subprocess.run(["systemctl", *words], capture_output=True, text=True, check=False)


def tried(files, places):
    shutil.rmtree(PLACE + ".d", ignore_errors=True)
    os.makedirs(PLACE + ".d")
    if files:
        shutil.copy(files[0], PLACE)
        for number, one in enumerate(files[1:]):
            shutil.copy(one, f"{PLACE}.d/{number:02}-{os.path.basename(one)}")
    else:
        with open(PLACE, "w") as handle:
            handle.write(PLAIN)
    with open(PLACE + ".d/zz.conf", "w") as handle:
        handle.write(OVER.format(ACTS, json.dumps(places), SAID))
    systemctl("daemon-reload")
    systemctl("reset-failed", NAME)
    done = systemctl("start", NAME)
    with open(SAID) as handle:
        said = handle.read()
    os.unlink(SAID)
    if done.returncode or not said:
        log = subprocess.run(["journalctl", "-n", "8", "-u", NAME, "-o", "cat"], capture_output=True, text=True, check=False)
        sys.exit(f"{files}: {done.stderr} {log.stdout}")
    return json.loads(said)


def of(unit):
    shown = systemctl("show", "-p", "FragmentPath", "-p", "DropInPaths", unit).stdout
    fields = dict(line.split("=", 1) for line in shown.splitlines())
    return [fields["FragmentPath"], *fields["DropInPaths"].split()]


def main():
    given = json.loads(sys.argv[1])
    with open(ACTS, "w") as handle:
        handle.write(given["acts"])
    made = [directory for path in PLANTED for directory in parents(path) if not os.path.isdir(directory)]
    for path in PLANTED:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w") as handle:
            handle.write("secret")
    places = {"writes": WRITES, "reads": [*PLANTED, "/etc/shadow", *glob.glob("/etc/ssh/ssh_host_*_key")[:1]]}
    try:
        found = {"": tried([], places), **{unit: tried(of(unit), places) for unit in given["units"]}}
    finally:
        for path in [*PLANTED, ACTS, PLACE]:
            if os.path.exists(path):
                os.unlink(path)
        shutil.rmtree(PLACE + ".d", ignore_errors=True)
        for directory in sorted(set(made), key=len, reverse=True):
            os.rmdir(directory)
        systemctl("daemon-reload")
    json.dump(found, sys.stdout)


def parents(path):
    found = os.path.dirname(path)
    while found != "/":
        yield found
        found = os.path.dirname(found)


main()
