"""Debian's Chromium for tests: a browser without a window, its tabs by the DevTools protocol."""
import base64
import contextlib
import json
import os
import re
import shutil
import socket
import struct
import tempfile
import time
import urllib.request

from programs import server


class Tab:
    """A tab of Chromium through the DevTools protocol: a websocket of RFC 6455 with JSON texts."""

    def __init__(self, url):
        host, port, path = re.fullmatch(r"ws://([^:/]+):(\d+)(/.*)", url).groups()
        self.peer = socket.create_connection((host, int(port)), timeout=60)
        key = base64.b64encode(os.urandom(16)).decode()
        self.peer.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                          f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode())
        self.bytes = b""
        while b"\r\n\r\n" not in self.bytes:
            self.bytes += self.peer.recv(65536)
        head, self.bytes = self.bytes.split(b"\r\n\r\n", 1)
        assert b" 101 " in head, head
        self.number, self.complaints = 0, []
        for domain in ("Page", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def take(self, count):
        while len(self.bytes) < count:
            piece = self.peer.recv(1 << 20)
            assert piece, "Chromium went away"
            self.bytes += piece
        taken, self.bytes = self.bytes[:count], self.bytes[count:]
        return taken

    def receive(self):
        text, final = b"", False
        while not final:
            first, size = self.take(2)
            final = bool(first & 0x80)
            if size == 126:
                size, = struct.unpack(">H", self.take(2))
            elif size == 127:
                size, = struct.unpack(">Q", self.take(8))
            text += self.take(size)
        return json.loads(text)

    def call(self, method, **parameters):
        self.number += 1
        text = json.dumps({"id": self.number, "method": method, "params": parameters}).encode()
        mask = os.urandom(4)
        size = struct.pack(">BB", 0x81, 0x80 | len(text)) if len(text) < 126 else struct.pack(">BBH", 0x81, 0xFE, len(text))
        self.peer.sendall(size + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(text)))
        while True:
            message = self.receive()
            if message.get("id") == self.number:
                assert "error" not in message, (method, message)
                return message["result"]
            self.note(message)

    def note(self, message):
        kind, event = message.get("method"), message.get("params", {})
        if kind == "Runtime.exceptionThrown":
            self.complaints.append(event["exceptionDetails"])
        elif kind == "Log.entryAdded" and event["entry"]["level"] in ("error", "warning"):
            self.complaints.append(event["entry"])
        elif kind == "Runtime.consoleAPICalled" and event["type"] in ("error", "warning", "assert"):
            self.complaints.append(event["args"])

    def value(self, script):
        result = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in result, (script, result)
        return result["result"].get("value")

    def wait(self, script, what):
        until = time.monotonic() + 60
        while not self.value(script):
            assert time.monotonic() < until, f"{what}: not within 60 s; {self.complaints}; {self.value('document.body.innerText')}"
            time.sleep(0.05)

    def key(self, key, code):
        for kind in ("rawKeyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code)

    def look(self, width, scheme):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 600)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def screenshot(self, path):
        height = self.value("document.documentElement.scrollHeight")
        width = self.value("innerWidth")
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)
        time.sleep(0.5)
        data = self.call("Page.captureScreenshot", format="png")["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))


@contextlib.contextmanager
def browser():
    profile = tempfile.mkdtemp()
    try:
        with server(shutil.which("chromium"), "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                     "--no-first-run", "--disable-background-networking", "--disable-component-update", "--remote-debugging-port=0",
                     f"--user-data-dir={profile}", "about:blank", said=r"DevTools listening on ws://([^/]+)/", stream="stderr") as (_, address):
            yield address
    finally:
        shutil.rmtree(profile, ignore_errors=True)


def open_tab(address, url):
    request = urllib.request.Request(f"http://{address}/json/new?about:blank", method="PUT")
    with urllib.request.urlopen(request) as answer:
        tab = Tab(json.load(answer)["webSocketDebuggerUrl"])
    tab.call("Page.navigate", url=url)
    return tab
