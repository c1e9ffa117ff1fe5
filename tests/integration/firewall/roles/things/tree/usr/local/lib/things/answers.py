#!/usr/bin/python3
"""At each port the port's number is the answer, over IPv4 and IPv6, and what is sent then comes back."""

import socket
import sys
import threading


def talk(client, port):
    client.sendall(b"%d\n" % port)
    while said := client.recv(100):
        client.sendall(said)


def serve(port):
    server = socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True)
    while True:
        client, _ = server.accept()
        threading.Thread(target=talk, args=(client, port), daemon=True).start()


for one in map(int, sys.argv[1:]):
    threading.Thread(target=serve, args=(one,)).start()
