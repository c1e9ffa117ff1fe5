# SPDX-License-Identifier: GPL-3.0-or-later
"""Images that somebody brings: one keeps the contract, each of the others breaks one point of it, as it happens in the field."""

from __future__ import annotations

import subprocess

from tests.integration.release.machine import Machine

#: a process for each request; ends when what is under way is answered
SERVER = r"""
use Socket; use POSIX ();
my ($listen, $late) = ($ENV{LISTEN} || '0.0.0.0', 0);
$| = 1; print "serves, token $ENV{BROUGHT_TOKEN}\n";
if ($ENV{HUNGRY}) { my $all = ''; $all .= 'x' x 1_000_000 while 1 }
if ($ENV{CACHE}) { open(F, '>', "$ENV{CACHE}/entry") or die "$ENV{CACHE}: $!\n"; print F 'x'; close F }
open(F, '>', '/tmp/scratch') or die "/tmp: $!\n"; close F;
$SIG{TERM} = sub { POSIX::_exit(0) if $ENV{HASTY}; $late = 1; shutdown(S, 2) };
socket(S, PF_INET, SOCK_STREAM, 6); setsockopt(S, SOL_SOCKET, SO_REUSEADDR, 1);
bind(S, sockaddr_in(8000, inet_aton($listen))) or die "bind: $!\n"; listen(S, 128);
until ($late) {
  accept(C, S) or next;
  if (!fork) {
    $SIG{TERM} = 'IGNORE';
    my ($first, $host) = (scalar <C>, ''); while (my $line = <C>) { last if $line =~ /^\r?$/; $host = $1 if $line =~ /^Host: (\S+)/i }
    my (undef, $path) = split / /, $first;
    my ($status, $body) = (200, "brought\n");
    $body = "# TYPE brought_total counter\nbrought_total{path=\"/\"} 3\n" if $path eq '/metrics';
    $status = 500 if $path eq ($ENV{FAILS} || 'nothing');
    ($status, $body) = (200, "<html>\n") if $path eq ($ENV{PAGE} || 'nothing');
    $status = 400 if $ENV{ALLOWED} && $host !~ /^$ENV{ALLOWED}/;
    select(undef, undef, undef, 0.5) if $path eq '/slow';
    if ($ENV{LOGFILE}) { open(L, '>>', $ENV{LOGFILE}) or die "$ENV{LOGFILE}: $!\n"; print L $first; close L }
    my $length = length $body;
    syswrite C, "HTTP/1.1 $status Said\r\nContent-Length: $length\r\nConnection: close\r\n\r\n$body"; close C; POSIX::_exit(0);
  }
  close C;
}
1 while wait > 0;
"""

NAME = "release-test/brought"
_CMD = 'CMD ["/usr/bin/perl", "/app/server.pl"]'
#: name -> lines of a Dockerfile that break it, and the point that is broken
FAULTS = {
    "root": ("USER 0", "user"),
    "leak": ("ENV STRIPE_SECRET_KEY=sk_live_4711", "secrets"),
    "absent": ('CMD ["/app/servr"]', "starts"),
    "dies": ('CMD ["/usr/bin/perl", "-e", "die qq(no config for $ENV{BROUGHT_TOKEN}\\n)"]', "starts"),
    "hungry": ("ENV HUNGRY=1", "memory"),
    "loopback": ("ENV LISTEN=127.0.0.1", "listens"),
    "ill": ("ENV FAILS=/up", "check"),
    "picky": ("ENV ALLOWED=127[.]", "host"),
    "wrong": ("ENV FAILS=/", "requests"),
    "page": ("ENV PAGE=/metrics", "metrics"),
    "curl": ('HEALTHCHECK CMD ["curl", "-f", "http://127.0.0.1:8000/up"]', "healthcheck"),
    "shell": ('CMD ["/bin/sh", "-c", "/usr/bin/perl /app/server.pl; exit 0"]', "stop"),
    "hasty": ("ENV HASTY=1", "in_flight"),
    "writes": ("ENV CACHE=/app/cache", "writes"),
    "logs": ("ENV LOGFILE=/var/log/brought.log", "logs"),
}

_BASE = """
set -e
mkdir -p /root/brought/app/cache /root/brought/var/log /root/brought/tmp && cat > /root/brought/app/server.pl
cd /root/brought && chmod 1777 tmp && chown -R 10001 app/cache var/log
programs="/bin/sh /usr/bin/perl"
libraries=$(for p in $programs; do ldd $p; done | grep -o '/[^ ]*' | sort -u)
modules=$(perl -MSocket -MPOSIX -e 'print join "\\n", values %INC')
loaded=$(perl -e 'print join "\\n", grep { -e } map { my $place = $_; map { "$place/auto/$_/$_.so" } qw(Socket POSIX Fcntl) } @INC')
tar -chf root.tar $programs $libraries $modules $loaded -C /root/brought app var tmp 2>/dev/null
"""
_IMPORT = "docker import -c '{cmd}' -c 'USER 10001' /root/brought/root.tar release-test/brought:good"


def bring(host: Machine) -> None:
    """All of them are there, and the directory that they share with their host."""
    subprocess.run(["docker", "exec", "-i", host.container, "sh", "-c", _BASE], input=SERVER, text=True, check=True, timeout=120)
    made = [_IMPORT.format(cmd=_CMD), "id=$(docker create release-test/brought:good)"]
    for name, (line, _) in FAULTS.items():
        made.append(f"docker commit -c '{line}' $id release-test/brought:{name}")
    made.append("docker rm $id; mkdir -p /srv/brought; chown 10001 /srv/brought")
    made.append(
        f"docker import --platform linux/{_other(host)} -c '{_CMD}' -c 'USER 10001' /root/brought/root.tar release-test/brought:foreign"
    )
    host.sh("set -e\n" + "\n".join(made))


def _other(host: Machine) -> str:
    return "arm64" if host.sh("uname -m") == "x86_64" else "amd64"


def left(host: Machine) -> str:
    """Of a trial: nothing."""
    return host.sh(
        "docker ps -aq --filter label=com.docker.compose.project=brought-preflight; docker network ls -q --filter name=brought-preflight;"
        "docker volume ls -q --filter name=brought; ls -d /run/echodiary-preflight-*/ 2>/dev/null || true"
    )
