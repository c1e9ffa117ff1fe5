# SPDX-License-Identifier: GPL-3.0-or-later
"""A name server that says what the imitation of Route 53 holds, in the imitation's own container: what a client writes there by AWS's API,
an authority finds by DNS. Beside it TLS under AWS's own name, and the metadata service of an instance with a role.

Runs there as `python zone.py ADDRESS`: every name below a zone has that address.
"""

from __future__ import annotations

import http.client
import http.server
import json
import socket
import socketserver
import ssl
import struct
import sys
import threading
import time
from typing import Any
from urllib.parse import urlsplit

PORT, NAME, ROLE = 5000, "names", "edge"
A, NS, SOA, TXT = 1, 2, 6, 16
CREDENTIALS = {
    "Code": "Success", "Type": "AWS-HMAC", "AccessKeyId": "ASIAROLE", "SecretAccessKey": "of-the-role", "Token": "of-the-role",
    "LastUpdated": "2020-01-01T00:00:00Z", "Expiration": "2099-01-01T00:00:00Z",
}  # fmt: skip


def encoded(name: str) -> bytes:
    return b"".join(bytes([len(part)]) + part.encode() for part in name.rstrip(".").split(".") if part) + b"\0"


def question(query: bytes) -> tuple[str, int, bytes]:
    """Name, type, and both as they were asked."""
    at, parts = 12, []
    while query[at]:
        parts.append(query[at + 1 : at + 1 + query[at]].decode())
        at += 1 + query[at]
    return ".".join(parts).lower() + ".", struct.unpack("!H", query[at + 1 : at + 3])[0], query[12 : at + 5]


class Zones:
    def __init__(self, address: str) -> None:
        import boto3

        self._aws = boto3.client(
            "route53", endpoint_url=f"http://127.0.0.1:{PORT}", aws_access_key_id="x", aws_secret_access_key="x", region_name="us-east-1"
        )
        self._address = address

    def answer(self, query: bytes) -> bytes:
        name, kind, asked = question(query)
        found = self._found(name, kind)
        records = b"".join(b"\xc0\x0c" + struct.pack("!HHIH", kind, 1, 5, len(one)) + one for one in found)
        return query[:2] + struct.pack("!HHHHH", 0x8580, 1, len(found), 0, 0) + asked + records

    def _found(self, name: str, kind: int) -> list[bytes]:
        zones = {one["Name"]: one["Id"] for one in self._aws.list_hosted_zones()["HostedZones"]}
        [zone] = [one for one in zones if name == one or name.endswith(f".{one}")][:1] or [""]
        if not zone:
            return []
        if kind == A:
            return [socket.inet_aton(self._address)]
        if kind == TXT:
            records = self._aws.list_resource_record_sets(HostedZoneId=zones[zone])["ResourceRecordSets"]
            texts = [
                value["Value"].strip('"')
                for one in records
                if (one["Name"], one["Type"]) == (name, "TXT")
                for value in one["ResourceRecords"]
            ]
            return [bytes([len(text)]) + text.encode() for text in texts]
        if name == zone and kind == NS:
            return [encoded(NAME)]
        if name == zone and kind == SOA:
            return [encoded(NAME) + encoded(f"ops.{zone}") + struct.pack("!IIIII", 1, 60, 60, 60, 5)]
        return []


class Forward(http.server.BaseHTTPRequestHandler):
    """To the imitation, as it came."""

    def _pass(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        there = http.client.HTTPConnection("127.0.0.1", PORT, timeout=20)
        there.request(self.command, self.path, body or None, dict(self.headers.items()))
        answer = there.getresponse()
        self._say(answer.status, answer.read(), "text/xml")
        there.close()

    def _say(self, status: int, text: bytes, kind: str = "text/plain", **more: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(text)), **more}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text)

    def do_GET(self) -> None:
        self._pass()

    def do_POST(self) -> None:
        self._pass()

    def do_DELETE(self) -> None:
        self._pass()


class Metadata(Forward):
    def do_PUT(self) -> None:
        self._say(200, b"a-token", **{"X-Aws-Ec2-Metadata-Token-Ttl-Seconds": "21600"})

    def do_GET(self) -> None:
        path = urlsplit(self.path).path.rstrip("/").rpartition("/security-credentials")[2]
        self._say(200, json.dumps(CREDENTIALS).encode() if path == f"/{ROLE}" else ROLE.encode())


class Ask(socketserver.BaseRequestHandler):
    zones: Zones

    def handle(self) -> None:
        query, there = self.request
        there.sendto(self.zones.answer(query), self.client_address)


def main(address: str) -> None:
    while True:
        try:
            Ask.zones = Zones(address)
            Ask.zones.answer(b"\0" * 12 + encoded("x") + struct.pack("!HH", A, 1))
            break
        except Exception:  # by whichever error: the imitation is not up yet
            time.sleep(0.2)
    front: Any = http.server.ThreadingHTTPServer(("", 443), Forward)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain("/etc/zone/own.pem", "/etc/zone/own.key")
    front.socket = tls.wrap_socket(front.socket, server_side=True)
    several: list[Any] = [front, http.server.ThreadingHTTPServer(("", 80), Metadata), socketserver.ThreadingUDPServer(("", 53), Ask)]
    for one in several:
        threading.Thread(target=one.serve_forever).start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
