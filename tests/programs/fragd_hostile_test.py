"""Requests that mean no good: refused as problem+json or dropped, never a byte from outside the dataset, and others go on."""
import json
import os
import re
import socket
import tempfile
import time
import urllib.parse

from programs import fragd, program

SECRET = "a secret beside the dataset"


def connect(address):
    return socket.create_connection(address, timeout=60)


def say(address, data):
    """All that the server says to these bytes."""
    with connect(address) as peer:
        answer = b""
        try:
            peer.sendall(data)
            peer.shutdown(socket.SHUT_WR)
            while piece := peer.recv(65536):
                answer += piece
        except OSError:  # it is dropped while it still speaks
            pass
        return answer


def get(address, path, *headers):
    head = "\r\n".join([f"GET {path} HTTP/1.1", "Host: h", "Connection: close", *headers, "", ""])
    return say(address, head.encode("latin-1"))


def check_refused(what, answer, statuses=range(400, 500)):
    """A problem with one of these statuses, or nothing at all where not even a head was understood."""
    if not answer:
        return
    assert SECRET.encode() not in answer, what
    head, _, body = answer.partition(b"\r\n\r\n")
    status = int(head.split()[1])
    assert status in statuses, (what, answer[:300])
    assert b"application/problem+json" in head, (what, answer[:300])
    assert json.loads(body)["status"] == status, (what, answer[:300])


def check_paths(address):
    for path in ["/files/../secret.txt", "/files/..%2fsecret.txt", "/files/%2e%2e/secret.txt", "/files/store/../../secret.txt",
                 "/files/....//secret.txt", "/files//etc/passwd", "/files/%2fetc%2fpasswd", "/files/..\\secret.txt",
                 "/files/dataset.json%00.txt", "/files/" + "../" * 30 + "etc/passwd", "/files/store", "/files/", "/files/.",
                 "/v1/sources/-1", "/v1/sources/99999999999999999999", "/v1/sources/0x1", "/v1/sources/0/picture.jpg?width=999999",
                 "/v1/sources/0/picture.jpg?width=-5", "/v1/sources/0/tiles?angle=4096", "/v1/sources?limit=100000000",
                 "/v1/sources?offset=-1", "/v1/sources?class=none", "/v1/fragments/1e5.png", "/v1/fragments/184467440737095516160.raw",
                 "/v1/sample?count=18446744073709551616", "/v1/sample?skip=x", "/v1/sample?split=%zz", "/v1/sample?format=exe",
                 "/v1/sample/ids?limit=10001", "/v1/sample?part=5&parts=2", "/v1/sample?%00=1"]:
        check_refused(path, get(address, path))


def check_heads(address):
    check_refused("a giant header", get(address, "/healthz", "X-Giant: " + "x" * 1_000_000))
    check_refused("many headers", get(address, "/healthz", *[f"X-{i}: 1" for i in range(5000)]))
    check_refused("a giant path", get(address, "/" + "a" * 100_000))
    for garbage in [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200), b"\0" * 1000, b"GET\r\n\r\n", b"\r\n" * 1000,
                    b"GET / HTTP/9.9\r\n\r\n", b"BREW /coffee HTTP/1.1\r\nHost: h\r\n\r\n", os.urandom(4096),
                    b"GET /healthz HTTP/1.1\r\nContent-Length: -1\r\n\r\n", b"GET / HTTP/1.1\r\nContent-Length: 9999999999999999999999\r\n\r\n"]:
        check_refused(garbage[:40], say(address, garbage), range(400, 600))
    for method in ["POST", "PUT", "DELETE"]:
        check_refused(method, say(address, f"{method} /v1/dataset HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()))


def check_ranges(address, size):
    for value, status in [(f"bytes={size}-", 416), ("bytes=-0", 416), ("bytes=0-0,2-3", 200), ("bytes=9-3", 200), ("bytes=a-b", 200),
                          ("bytes=0-18446744073709551616", 200), ("lines=1-2", 200), ("bytes=0-18446744073709551615", 206),
                          ("bytes=--5", 200)]:
        answer = get(address, "/files/dataset.json", f"Range: {value}")
        assert int(answer.split()[1]) == status, (value, answer[:200])
        assert len(answer.partition(b"\r\n\r\n")[2]) <= size + 500, value


def check_slow_senders(address):
    """100 peers that say a byte and no more; then health, and a sample for somebody else."""
    slow = []
    for _ in range(100):
        peer = connect(address)
        peer.sendall(b"G")
        slow.append(peer)
    for path in ["/healthz", "/readyz", "/metrics"]:
        begin = time.monotonic()
        answer = get(address, path)
        assert answer.startswith(b"HTTP/1.1 200"), (path, answer[:200])
        assert time.monotonic() - begin < 20, path
    for peer in slow:
        peer.close()
    for _ in range(100):  # once they are gone there is room again
        answer = get(address, "/v1/sample?split=train&count=5")
        if answer.startswith(b"HTTP/1.1 200"):
            return
        check_refused("a sample beside slow senders", answer, [503])
        assert b"Retry-After:" in answer, answer[:300]
        time.sleep(0.1)
    raise AssertionError("no sample after the slow senders went")


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        with open("secret.txt", "w", encoding="ascii") as file:
            file.write(SECRET)
        program("frag", "synth", "images", "--size", "320x240", "--per-class", "4", "--seed", "1")
        program("frag", "cut", "images", "set", "--tile", "64", "--angles", "0,30", "--split", "50/25/25")
        with open("secret.txt", encoding="ascii") as file:
            assert file.read() == SECRET
        with fragd("set", "--connections", "40", "--connections-per-address", "30") as (_, url):
            address = (urllib.parse.urlsplit(url).hostname, urllib.parse.urlsplit(url).port)
            check_paths(address)
            check_heads(address)
            check_ranges(address, os.path.getsize("set/dataset.json"))
            check_slow_senders(address)
            assert get(address, "/healthz").endswith(b"ok\n")


main()
