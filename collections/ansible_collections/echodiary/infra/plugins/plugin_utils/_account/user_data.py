# SPDX-License-Identifier: GPL-3.0-or-later
"""What an instance does when it starts for the first time: nothing but to make itself reachable. Pure."""

from __future__ import annotations

_AGENT = """\
#!/bin/sh
# The agent of Session Manager, by which people and plays come in: no port is open for them. Debian does not bring it.
set -eu
package=/run/amazon-ssm-agent.deb
for _ in 1 2 3 4 5 6 7 8 9 10; do
  if curl --fail --silent --show-error --location --max-time 60 --output "$package" \\
    https://s3.{region}.amazonaws.com/amazon-ssm-{region}/latest/debian_{architecture}/amazon-ssm-agent.deb; then break; fi
  sleep 6
done
dpkg --install "$package"
rm -f "$package"
systemctl enable --now amazon-ssm-agent.service
"""
#: as Debian calls them
_DEBIAN = {"arm64": "arm64", "x86_64": "amd64"}


def agent(region: str, architecture: str) -> str:
    """``architecture``: as AWS calls it."""
    return _AGENT.format(region=region, architecture=_DEBIAN[architecture])


def image_parameter(architecture: str) -> str:
    """Under this name AWS publishes the newest image of Debian 13."""
    return f"/aws/service/debian/release/13/latest/{_DEBIAN[architecture]}"
