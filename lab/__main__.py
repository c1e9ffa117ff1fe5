# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m lab`: the command line."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path

import requests
from docker.errors import DockerException

from lab import balancing, controllers, down, engine, hosts, leftovers, locks, losing, status, topology, up
from lab.cloud import ec2
from lab.errors import LabError
from lab.progress import Progress
from lab.settings import Settings, read

ROOT = Path(__file__).resolve().parent.parent


def main(arguments: list[str]) -> int:
    options = _parser().parse_args(arguments)
    try:
        return _run(options, read(os.environ, ROOT))
    except LabError as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1
    except (DockerException, requests.RequestException) as error:
        said = " ".join(str(error).split())
        print(f"lab: the Docker engine answered: {said}. Run the same command again; it goes on.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("lab: interrupted; run the same command again to go on, or 'python -m lab down'.", file=sys.stderr)
        return 130


def _run(options: argparse.Namespace, lab: Settings) -> int:
    progress = Progress()
    if options.verb == "engine":
        client = engine.ensure(lab.state, progress)
        progress.say("docker engine", f"{client.version()['Version']} answers")
        return 0
    if options.verb == "images":
        up.make_images(engine.ensure(lab.state, progress), lab, progress)
        return 0
    if options.verb == "ec2" and options.follow:
        _follow(lab, progress)
    if options.verb in ("up", "down", "host", "controller", "ec2", "lose", "balancer"):
        with locks.machine_wide(lab.name):
            return _change(options, lab, progress)
    client = engine.connect()
    if options.verb == "status":
        print(status.status(client, lab))
    elif options.verb == "hosts":
        print("\n".join(status.table(sorted(hosts.running(client, lab).items())) or ["  none"]))
    elif options.verb == "ssh":
        hosts.ssh(client, lab, options.name, options.command)
    return 0


def _follow(lab: Settings, progress: Progress) -> None:
    """Does not return: until somebody interrupts."""
    client = engine.connect()
    while True:
        with locks.machine_wide(lab.name):
            ec2.sync(client, lab, progress)
        time.sleep(1)


def _change(options: argparse.Namespace, lab: Settings, progress: Progress) -> int:
    if options.verb == "up":
        client = engine.ensure(lab.state, progress)
        leftovers.remove(client, lab, progress)
        up.up(client, lab, progress, services_only=options.services)
        print(f"\nLab '{lab.name}' is up after {progress.total():.1f} s.\n{status.status(client, lab)}")
        return 0
    client = engine.connect()
    leftovers.remove(client, lab, progress)
    if options.verb == "down":
        down.down(client, lab, progress, keep_images=options.keep_images)
        print(f"Lab '{lab.name}' is gone.")
    elif options.verb == "ec2":
        seen = ec2.sync(client, lab, progress)
        count = f"{len(seen.instances)} instances, {len(seen.databases)} databases"
        print(f"\nLab '{lab.name}' is as the imitation of AWS says, after {progress.total():.1f} s: {count}.")
    elif options.verb == "balancer":
        print(f"\nRequests go to http://{balancing.start(client, lab, progress)}, as listeners of the imitation say.")
    elif options.verb == "lose":
        losing.lose(client, lab, options.what, progress)
    elif options.verb == "controller":
        print(controllers.create(client, lab, options.core, progress))
    elif options.action == "create":
        up.build_host_images(client, lab, progress, options.image)
        host = hosts.create(client, lab, options.name, hosts.image_reference(options.image), progress)
        if options.json:
            print(json.dumps(hosts.login(lab, host)))
    else:
        gone = hosts.destroy(client, lab, options.name)
        progress.say(f"host {options.name}", "removed" if gone else "was not there")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m lab",
        description="Production's stand-ins on one machine.",
        epilog="Environment: LAB_NAME, LAB_SUBNET, LAB_APP_HOSTS, LAB_PORT_OFFSET, LAB_REPLACE_STOPPED.",
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="verb")
    verbs.add_parser("engine", help="make sure that a Docker engine runs")
    verbs.add_parser("images", help="make the images; the next `up` finds them")
    starting = verbs.add_parser("up", help="make the lab exist and answer")
    starting.add_argument("--services", action="store_true", help="registry, database, Redis and AWS API only")
    ending = verbs.add_parser("down", help="remove everything that carries the lab's label")
    ending.add_argument("--keep-images", action="store_true", help="leave the images for the next time")
    losses = verbs.add_parser("lose", help="a disaster: what is lost is gone with its data, and `up` makes it again, empty")
    losses.add_argument("what", help="a host's name, database, or everything")
    verbs.add_parser("status", help="what runs, and what to open next")
    verbs.add_parser("hosts", help="names and addresses of the hosts")
    shell = verbs.add_parser("ssh", help="log in to a host, or run a command there")
    shell.add_argument("name")
    shell.add_argument("command", nargs=argparse.REMAINDER)
    clouds = verbs.add_parser("ec2", help="hosts and databases for what the imitation of AWS says that runs")
    clouds.add_argument("--follow", action="store_true", help="again and again, until interrupted")
    verbs.add_parser("balancer", help="a load balancer before the hosts, as the imitation of AWS says")
    controller = verbs.add_parser("controller", help="a container to type ansible-playbook in, with another ansible-core")
    controller.add_argument("core", choices=topology.CORES, help="the container's name is the last line")
    _host_parser(verbs.add_parser("host", help="one host outside the lab's groups (tests)"))
    return parser


def _host_parser(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="action")
    creating = actions.add_parser("create", help="make a host; nothing happens when it is there")
    creating.add_argument("name")
    creating.add_argument("--image", choices=("bare", "host", hosts.OLDER), default="host", help="with or without Docker and HAProxy")
    creating.add_argument("--json", action="store_true", help="print how to reach it as the last line")
    actions.add_parser("destroy", help="remove such a host").add_argument("name")


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stdout.flush()
    os._exit(code)  # after a failure, not waiting for builds that nobody needs any more
