# SPDX-License-Identifier: GPL-3.0-or-later
"""The container that answers on hosts under names of AWS: one HAProxy with a certificate for all of them."""

from __future__ import annotations

from dataclasses import dataclass

from lab import topology
from lab.cloud import authority
from lab.containers import Container
from lab.settings import Settings

#: the name of the lab's registry where hosts look for images of Docker Hub
HUB = "hub.lab"

CONFIGURATION = """\
global
    # what is sent as a file has to fit
    tune.bufsize 65536

defaults
    timeout connect 5s
    timeout client 10m
    timeout server 10m

frontend names
    mode http
    bind :443 ssl crt /etc/haproxy/front.pem
    acl agent path_end /amazon-ssm-agent.deb
    http-request return status 200 content-type application/vnd.debian.binary-package file /srv/amazon-ssm-agent.deb if agent
    acl watcher path_end /amazon-cloudwatch-agent.deb
    http-request return status 200 content-type application/vnd.debian.binary-package file /srv/amazon-cloudwatch-agent.deb if watcher
    use_backend registry if {{ hdr_sub(host) -i .dkr.ecr. }}
    default_backend aws

backend aws
    mode http
    server aws {aws}:5000

backend registry
    mode http
    http-request set-header X-Forwarded-Proto https
    server registry {registry}:5000

listen hub
    mode tcp
    bind :5000
    server registry {registry}:5000

listen cache
    mode tcp
    bind :6379 ssl crt /etc/haproxy/front.pem
    server redis {redis}:6379
"""


@dataclass(frozen=True)
class Front(Container):
    """``names``: those that its certificate is for."""

    names: tuple[str, ...] = ()


def machine(lab: Settings, names: tuple[str, ...]) -> Front:
    return Front("front", "service", topology.FRONT, lab.address("front"), names=names)


def files(lab: Settings, names: tuple[str, ...]) -> dict[str, bytes]:
    its = authority.vouched(lab, names)
    places = {name: lab.address(name) for name in ("aws", "registry", "redis")}
    return {"/etc/haproxy/front.cfg": CONFIGURATION.format(**places).encode(), "/etc/haproxy/front.pem": its.certificate + its.key}
