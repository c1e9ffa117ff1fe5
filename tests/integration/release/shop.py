# SPDX-License-Identifier: GPL-3.0-or-later
"""A second application on the host of the first: images of a shell, Perl and the libraries of these, taken from the host itself."""

from __future__ import annotations

import json
import subprocess

from tests.integration.release.machine import Machine

NAME = "shop.example"

#: says which image it is; a process for each request, as it would be in the nineties
SERVER = """
use Socket; $SIG{CHLD} = 'IGNORE'; $SIG{TERM} = sub { exit 0 };
my $number = $ARGV[0];
socket(S, PF_INET, SOCK_STREAM, 6); setsockopt(S, SOL_SOCKET, SO_REUSEADDR, 1);
bind(S, sockaddr_in(8000, INADDR_ANY)) or die; listen(S, 128);
while (1) {
  accept(C, S) or next;
  if (!fork) {
    my $first = <C>; while (my $line = <C>) { last if $line =~ /^\\r?$/ }
    my (undef, $path) = split / /, $first;
    if (open(L, '>>/data/asked')) { syswrite L, "$number $path\\n" unless $path eq '/up' }
    my $body = "shop $number"; my $length = length $body;
    syswrite C, "HTTP/1.1 200 OK\\r\\nContent-Length: $length\\r\\nConnection: close\\r\\n\\r\\n$body"; close C; exit 0;
  }
  close C;
}
"""
IMAGES = """
set -e
mkdir -p /root/shop && cat > /root/shop/server.pl
programs="/bin/sh /usr/bin/perl"
libraries=$(for p in $programs; do ldd $p; done | grep -o '/[^ ]*' | sort -u)
modules=$(perl -MSocket -e 'print join "\\n", values %INC, grep { -e } map { "$_/auto/Socket/Socket.so" } @INC')
for number in 1 2; do
  docker inspect release-test/shop:$number >/dev/null 2>&1 || tar -ch $programs $libraries $modules -C /root/shop server.pl 2>/dev/null |
    docker import -c 'CMD ["/usr/bin/perl", "/server.pl", "'$number'"]' - release-test/shop:$number
done
"""


def bring(host: Machine) -> None:
    """Images are there, and nothing of the component is."""
    subprocess.run(["docker", "exec", "-i", host.container, "sh", "-c", IMAGES], input=SERVER, text=True, check=True, timeout=120)
    host.sh("docker rm -f shop-migrate; docker ps -aq --filter label=com.docker.compose.service=web | xargs -r docker rm -f")
    host.sh("rm -rf /opt/shop /srv/shop /var/lib/echodiary/slots/shop.json /var/lib/echodiary/components/shop@*")
    host.parts("haproxy.tell(EDGE, 'blue', 'ready')", edge=EDGE)
    host.parts("haproxy.tell(EDGE, 'green', 'maint')", edge=EDGE)


EDGE = {"socket": "/run/haproxy/admin.sock", "backend": "shop", "save": "/usr/local/lib/echodiary/haproxy-save-state"}


def record(host: Machine) -> dict[str, object]:
    found: dict[str, object] = json.loads(host.sh("cat /var/lib/echodiary/slots/shop.json"))
    return found
