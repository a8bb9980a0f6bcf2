"""TCP and UDP to the loopback, local sockets by name, raw packets."""
import os
import socket


def reached(attempts):
    """The attempts that got anywhere; one hopes for none."""
    got = []
    for attempt in attempts:
        try:
            attempt()
        except (OSError, MemoryError, ImportError, ValueError, AttributeError):
            continue
        got.append(attempt.__name__)
    return got


def tcp():
    with socket.socket() as one:
        one.settimeout(0.2)
        try:
            one.connect(("127.0.0.1", 9))
        except ConnectionRefusedError:
            return


def listen():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        one.listen()


def udp():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.sendto(b"gallery", ("127.0.0.1", 9))


def raw():
    socket.socket(socket.AF_INET, socket.SOCK_RAW, 1).close()


def netlink():
    socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0).close()


def local():
    with socket.socket(socket.AF_UNIX) as one:
        one.bind("\0gallery-marker")


def vsock():
    socket.socket(40, socket.SOCK_STREAM).close()


def predict_linear(X, w, b):
    got = reached([tcp, listen, udp, raw, netlink, local, vsock])
    if got:
        raise RuntimeError(f"got to {got}")
    return X @ w + b
