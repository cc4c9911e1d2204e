"""Many clients at once on a mirror with few renders: no wrong byte, every refusal a 503 with Retry-After, everybody served in the end,
and the mirror's memory within what docs/mirror-operator.md says.

    fragd_load_test.py [CLIENTS] [FRAGMENTS]      the full number: fragd_load_test.py 200 300
"""
import hashlib
import http.client
import os
import re
import sys
import tempfile
import threading
import time
import urllib.parse

from programs import BIN, fragd, program

CLIENTS = int(sys.argv[1]) if len(sys.argv) > 1 else 40
FRAGMENTS = int(sys.argv[2]) if len(sys.argv) > 2 else 60
RENDERS, QUEUE, CONNECTIONS, CACHE_MIB = 4, max(2, CLIENTS // 12), CLIENTS * 6 // 10, 8
UNINSTRUMENTED = not re.search(r"/[at]san/", BIN)  # sanitizers take several times the memory


def get(address, path):
    """Status, headers and body; a connection that is refused by closing counts as nothing."""
    connection = http.client.HTTPConnection(address, timeout=120)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


def memory_kib(pid, what="VmHWM"):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return int(re.search(rf"{what}:\s+(\d+) kB", file.read()).group(1))


class Clients:
    def __init__(self, address, expected):
        self.address, self.expected = address, expected
        self.refusals, self.done, self.wrong, self.lock = 0, 0, [], threading.Lock()

    def fetch(self, seed):
        while True:
            try:
                status, headers, body = get(self.address, sample(seed))
            except ConnectionResetError:  # closed while the request was on its way
                status, headers, body = 503, {"Retry-After": "1"}, b'{"status": 503}'
            if status == 200:
                break
            with self.lock:
                self.refusals += 1
                if status != 503 or int(headers["Retry-After"]) < 1 or b"503" not in body:
                    self.wrong.append((status, headers, body))
                    return
            time.sleep(0.05 + 0.002 * seed)
        with self.lock:
            self.done += 1
            if hashlib.sha256(body).digest() != self.expected[seed % len(self.expected)]:
                self.wrong.append((seed, len(body)))


def sample(seed):
    return f"/v1/sample?split=train&count={FRAGMENTS}&seed={seed % 8}&repeats=1"


def load(server, address):
    idle = memory_kib(server.pid, "VmRSS")
    expected = [hashlib.sha256(get(address, sample(seed))[2]).digest() for seed in range(8)]
    clients = Clients(address, expected)
    threads = [threading.Thread(target=clients.fetch, args=(i,)) for i in range(CLIENTS)]
    for thread in threads:
        thread.start()
    slowest = 0.0
    while any(thread.is_alive() for thread in threads):  # health is answered meanwhile
        begin = time.monotonic()
        assert get(address, "/healthz")[0] == 200
        slowest = max(slowest, time.monotonic() - begin)
        time.sleep(0.05)
    assert not clients.wrong, clients.wrong[:3]
    assert clients.done == CLIENTS
    assert clients.refusals > 0 or CLIENTS < 200, "nothing was refused: this asks too little"
    metrics = get(address, "/metrics")[2].decode()
    rendered = int(float(re.search(r"^fragd_fragments_rendered_total (\S+)", metrics, re.M).group(1)))
    assert rendered >= (CLIENTS + 8) * FRAGMENTS, metrics
    # The bound that the operator's page states, over what the process takes by itself.
    decodes = RENDERS * 4 * 640 * 480 // 1024
    bound = idle + CACHE_MIB * 1024 + CONNECTIONS * 1024 + decodes + 64 * 1024
    peak = memory_kib(server.pid)
    print(f"{CLIENTS} clients of {FRAGMENTS} fragments, {clients.refusals} refusals, health within {slowest:.2f} s, "
          f"{peak // 1024} MiB at most, bound {bound // 1024} MiB")
    assert not UNINSTRUMENTED or peak <= bound, (peak, bound)


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        program("frag", "synth", "images", "--size", "640x480", "--per-class", "4", "--seed", "1")
        program("frag", "cut", "images", "set", "--tile", "256", "--angles", "0:330:30", "--split", "50/25/25")
        limits = {"renders": RENDERS, "queue": QUEUE, "cache": CACHE_MIB, "connections": CONNECTIONS, "connections-per-address": 0}
        with fragd("set", *(word for name, value in limits.items() for word in ("--" + name, str(value)))) as (process, url):
            load(process, urllib.parse.urlsplit(url).netloc)


main()
