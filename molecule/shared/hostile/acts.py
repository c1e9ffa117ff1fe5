#!/usr/bin/python3
"""Tries what a broken-in program would, one act after the other, and tells of each whether it was done. Run as the process of a unit."""

import ctypes
import json
import mmap
import os
import platform
import socket
import stat
import sys

#: finit_module(2) and bpf(2)
MODULE, BPF = {"x86_64": (313, 321), "aarch64": (273, 280)}[platform.machine()]
LIBC = ctypes.CDLL(None, use_errno=True)
NEWUTS, SIZE_OF_LOG = 0x04000000, 10


def done(value):
    if value < 0:
        raise OSError(ctypes.get_errno(), "")


def called(number, *words):
    """A call that has no right to be made is refused; with the right, it is told that its arguments are wrong."""
    if LIBC.syscall(number, *words) < 0 and ctypes.get_errno() in (1, 13, 38):
        raise OSError(ctypes.get_errno(), "")


def write(directory):
    path = os.path.join(directory, ".hostile")
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
    os.unlink(path)


def read(path):
    with open(path, "rb") as handle:
        # what takes the place of a file that is hidden is empty
        if not handle.read(1):
            raise FileNotFoundError(2, "")


def mount():
    done(LIBC.mount(b"none", b"/mnt", b"tmpfs", 0, None))
    LIBC.umount(b"/mnt")


def device():
    os.mknod("/tmp/hostile", stat.S_IFBLK | 0o600, os.makedev(7, 0))
    os.unlink("/tmp/hostile")


def sysctl():
    os.close(os.open("/proc/sys/kernel/core_pattern", os.O_WRONLY))


def cgroup():
    base = "/sys/fs/cgroup/pids" if os.path.isdir("/sys/fs/cgroup/pids") else "/sys/fs/cgroup"
    os.mkdir(base + "/hostile")
    os.rmdir(base + "/hostile")


def raw_socket():
    socket.socket(socket.AF_PACKET, socket.SOCK_RAW).close()


def docker():
    with socket.socket(socket.AF_UNIX) as there:
        there.connect("/run/docker.sock")


def new_privileges():
    with open("/proc/self/status") as status:
        if "NoNewPrivs:\t1" in status.read():
            raise PermissionError


ACTS = {
    "load a module": lambda: called(MODULE, -1, b"", 0),
    "load a BPF program": lambda: called(BPF, -1, None, 0),
    "mount": mount,
    "make a device": device,
    "make a namespace": lambda: done(LIBC.unshare(NEWUTS)),
    "set a kernel parameter": sysctl,
    "read the kernel's log": lambda: done(LIBC.klogctl(SIZE_OF_LOG, None, 0)),
    "make a control group": cgroup,
    "open a raw socket": raw_socket,
    "make memory that is written and run": lambda: mmap.mmap(-1, 4096, prot=7).close(),
    "ask Docker's engine": docker,
    "gain privileges": new_privileges,
}


def attempt(act):
    try:
        act()
    except OSError as error:
        return os.strerror(error.errno) if error.errno else "refused"
    return ""


def main():
    places = json.loads(sys.argv[1])
    acts = {f"write to {one}": (lambda one=one: write(one)) for one in places["writes"]}
    acts.update({f"read {one}": (lambda one=one: read(one)) for one in places["reads"]})
    json.dump({name: attempt(act) for name, act in {**acts, **ACTS}.items()}, sys.stdout)


main()
