# SPDX-License-Identifier: GPL-3.0-or-later
"""What an instance does when it starts for the first time: nothing but to make itself reachable. Pure."""

from __future__ import annotations

from collections.abc import Sequence

_HEAD = "#!/bin/sh\nset -eu\n"
_KEYS = """\
# Whose plays may come in before the first of them has declared who may.
install -d -m 700 -o admin -g admin /home/admin/.ssh
cat >> /home/admin/.ssh/authorized_keys <<'end of keys'
{keys}
end of keys
chmod 600 /home/admin/.ssh/authorized_keys
chown admin:admin /home/admin/.ssh/authorized_keys
"""
_AGENT = """\
# The agent of Session Manager, by which people and plays come in: no port is open for them. Debian does not bring it.
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


def script(keys: Sequence[str], agent: str) -> str:
    """``keys``: of account ``admin`` of Debian's images. Empty where there is nothing to do."""
    lines = [line.strip() for key in keys for line in key.splitlines() if line.strip()]
    parts = [*([_KEYS.format(keys="\n".join(lines))] if lines else []), *([agent] if agent else [])]
    return _HEAD + "".join(parts) if parts else ""


def agent(region: str, architecture: str) -> str:
    """``architecture``: as AWS calls it."""
    return _AGENT.format(region=region, architecture=_DEBIAN[architecture])


def image_parameter(architecture: str) -> str:
    """Under this name AWS publishes the newest image of Debian 13."""
    return f"/aws/service/debian/release/13/latest/{_DEBIAN[architecture]}"
