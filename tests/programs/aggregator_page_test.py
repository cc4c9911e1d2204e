"""The page of fragagg in Debian's Chromium: a job that runs, hundreds of rounds, wide and narrow, light and dark, with a token.

    aggregator_page_test.py [FOLDER]     leaves screenshots in FOLDER
"""
import contextlib
import hashlib
import http.server
import json
import math
import os
import shutil
import sys
import tempfile
import threading
import time
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "aggregator"))
from chromium import browser, open_tab
from fragagg_process import Fragagg, call, job, weights_file

NOW = 1.7e9


def round_of(number, state="closed"):
    closed = state == "closed"
    return {"round": number, "state": state, "nodes": 12, "taken": 9 if closed else 4, "late": number % 4 == 0 and 2 or 0, "refused": int(number % 17 == 0),
            "reissued": 0, "repeated": 0, "foreign": 0, "extended": 0, "seconds": 30 + 8 * math.sin(number), "opened": NOW + 40 * number,
            "weights": number if closed else -1, "received": 12 * 1100000, "sent": 12 * 1100000, "staleness": 0.0,
            "loss": 2.2 * math.exp(-number / 60) + 0.2, "accuracy": 0.95 - 0.8 * math.exp(-number / 50)}


def status_of(rounds, name="gels"):
    """A job in its round `rounds`, of 400."""
    history = [round_of(number) for number in range(1, rounds)] + [round_of(rounds, "open")]
    workers = [{"name": f"bench-{i}", "state": ("training", "waiting", "training", "gone")[i % 4], "taken": max(0, rounds - i), "late": i % 3,
                "speed": 100.5 + 7 * i, "heard": (2.0, 10.0, 300.0)[i % 3]} for i in range(12)]
    measurements = [{"round": one, "weights": one, "fragments": 2000, "accuracy": 0.9 - 0.75 * math.exp(-one / 55), "loss": 2.1 * math.exp(-one / 70) + 0.3}
                    for one in range(0, rounds, 5)]
    happened = [("closed", "9 of 12 parts, 34.1 s"), ("late", "bench-4, part 3"), ("measured", "accuracy 0.899, loss 0.31")]
    events = [{"number": n, "when": NOW + 40 * n, "round": n, "kind": happened[n % 3][0], "text": happened[n % 3][1]}
              for n in range(max(1, rounds - 20), rounds)]
    events[0]["text"] = "<b>bench-3</b> is no markup"
    return {"job": 1, "name": name, "state": "open", "reason": "", "trouble": "", "rule": "mean", "nodes": 12, "rounds": 400, "needed": 9, "weights": rounds - 1,
            "history": history, "workers": workers, "measurements": measurements, "events": events}


@contextlib.contextmanager
def made_aggregator(url):
    """The page of the aggregator at `url` with the status in the dictionary that this yields, and how often it was sent or was the same."""
    shown = {"status": status_of(3), "sent": 0, "same": 0}

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            tag, code = "", 200
            if self.path == "/v1/jobs":
                status = shown["status"]
                body = json.dumps({"jobs": [{**{key: status[key] for key in ("job", "name", "state", "reason", "rounds", "weights")},
                                             "closed": len(status["history"]) - 1}]}).encode()
            elif self.path == "/v1/jobs/1":
                body = json.dumps(shown["status"]).encode()
                tag = f'"{hashlib.md5(body).hexdigest()}"'
                if self.headers.get("If-None-Match") == tag:
                    code, body = 304, b""
                shown["same" if code == 304 else "sent"] += 1
            else:
                with urllib.request.urlopen(url + self.path) as answer:
                    body, kind = answer.read(), answer.headers["Content-Type"]
            self.send_response(code)
            self.send_header("Content-Type", "application/json" if self.path.startswith("/v1") else kind)
            self.send_header("Content-Length", str(len(body)))
            if tag:
                self.send_header("ETag", tag)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", shown
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def text_of(tab, name):
    return tab.value(f"document.getElementById('{name}').innerText")


def wait_text(tab, name, wanted):
    tab.wait(f"document.getElementById('{name}')?.textContent.includes({json.dumps(wanted)})", f"{wanted} in {name}")


def check_looks(address, url, shown, folder):
    tab = open_tab(address, "about:blank")
    for rounds in (3, 387):
        shown["status"] = status_of(rounds)
        for width in (1200, 360):
            for scheme in ("light", "dark"):
                look = f"?{rounds}-{width}-{scheme}"
                tab.look(width, scheme)
                tab.call("Page.navigate", url=url + look)
                tab.wait(f"location.search === '{look}' && document.getElementById('main')?.dataset.loaded === '1'", "the job")
                assert text_of(tab, "title") == "gels"
                assert f"{rounds - 1} of 400" in text_of(tab, "figures")
                assert tab.value("document.querySelectorAll('#workers tbody tr').length") == 12
                assert tab.value("document.querySelectorAll('#rounds tbody tr').length") == min(rounds, 200)
                assert tab.value("document.querySelectorAll('#events b').length") == 0, "what an event says became markup"
                assert tab.value("document.documentElement.scrollWidth") <= width, "the page is wider than the window"
                bars = tab.value("Chart.getChart('rounds-chart').data.labels.length")
                assert bars <= max(3, width / 5), bars
                assert tab.value("Chart.getChart('rounds-chart').data.datasets.map((one) => one.label)") == ["nodes", "quorum", "taken", "late", "refused"]
                dark = tab.value("getComputedStyle(document.body).backgroundColor") == "rgb(23, 25, 30)"
                assert dark == (scheme == "dark")
                if folder:
                    tab.screenshot(os.path.join(folder, f"aggregator-{rounds}-{width}-{scheme}.png"))
                assert tab.complaints == [], tab.complaints


def check_live(address, url, shown):
    """What changes is shown without a reload; what does not is not sent again."""
    shown["status"] = status_of(3)
    tab = open_tab(address, url)
    wait_text(tab, "figures", "2 of 400")
    shown["status"] = status_of(5)
    wait_text(tab, "figures", "4 of 400")
    assert tab.value("Chart.getChart('rounds-chart').data.labels.length") == 5
    heads = "[...document.querySelectorAll('#rounds thead th')].map((one) => one.textContent)"
    assert "Foreign" not in tab.value(heads)
    shown["status"] = status_of(5)
    shown["status"]["history"][1]["foreign"] = 3
    tab.wait(f"{heads}.includes('Foreign')", "the column of results for others' tasks")
    assert not {"Repeated", "Extended"} & set(tab.value(heads))
    assert tab.value("document.querySelector('#rounds tbody').rows[3].cells[7].textContent") == "3"
    tab.wait("document.getElementById('newest-time')?.cellIndex === 8", "the time of the newest round, in its column")
    shown["sent"] = shown["same"] = 0
    until = time.monotonic() + 60
    while shown["same"] < 2:
        assert time.monotonic() < until, shown
        time.sleep(0.05)
    assert shown["sent"] <= 1, shown
    unnamed = tab.value("""[...document.querySelectorAll('input, select, button, canvas, a')].filter((one) => !one.closest('[hidden]') &&
        !(one.labels?.length || one.textContent.trim() || one.getAttribute('aria-label'))).map((one) => one.outerHTML)""")
    assert unnamed == [], unnamed
    shown["status"] = status_of(5) | {"state": "paused", "reason": "a look at the data"}
    wait_text(tab, "state", "paused: a look at the data")
    assert text_of(tab, "trouble") == ""
    shown["status"] = status_of(5) | {"trouble": "the disk is full"}
    wait_text(tab, "trouble", "the disk is full")
    assert tab.complaints == [], tab.complaints


def check_real(address, work):
    """The aggregator itself: a token, a round that closes, weights that come as they are, an earlier job."""
    aggregator = Fragagg(os.path.join(work, "state"), "--token", "secret")
    url = f"http://127.0.0.1:{aggregator.port}/"
    weights = weights_file([1.0, 2.0])
    try:
        tab = open_tab(address, url)
        for token in ("wrong", "secret"):
            tab.wait("document.getElementById('ask')?.hidden === false", "the question for a token")
            tab.value(f"document.getElementById('token').value = '{token}'; document.querySelector('#ask button').click()")
        wait_text(tab, "load", "No job")
        for number in (1, 2):
            call(aggregator.port, "POST", "/v1/jobs", job(nodes=1, rounds=1, quorum=1.0), token="secret")
            call(aggregator.port, "PUT", f"/v1/jobs/{number}/weights", weights, token="secret")
            tab.wait(f"document.getElementById('main').dataset.loaded === '{number}'", f"job {number}")
            wait_text(tab, "figures", "0 of 1")
            worker = call(aggregator.port, "POST", "/v1/workers", {"name": "w"}, token="secret")["token"]
            task = call(aggregator.port, "POST", "/v1/tasks", {"wait_s": 20}, token=worker)["lease"]["task"]
            call(aggregator.port, "PUT", f"/v1/tasks/{task}/result", weights, token=worker)
            wait_text(tab, "figures", "1 of 1")
            wait_text(tab, "state", "finished")
            wait_text(tab, "workers", "w")
        tab.value("document.getElementById('jobs').value = '1'; document.getElementById('jobs').onchange()")
        tab.wait("document.getElementById('main').dataset.loaded === '1'", "the earlier job")
        wait_text(tab, "weights", "version 1")
        tab.call("Browser.setDownloadBehavior", behavior="allow", downloadPath=work)
        tab.value("document.querySelector('#weights a').click()")
        path = os.path.join(work, "test-1.safetensors")
        until = time.monotonic() + 60
        while not os.path.exists(path):
            assert time.monotonic() < until, os.listdir(work)
            time.sleep(0.05)
        with open(path, "rb") as file:
            assert file.read() == call_bytes(aggregator.port, "/v1/weights/1")
        assert "secret" not in tab.value("document.body.textContent")
    finally:
        aggregator.kill()


def call_bytes(port, path):
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Authorization": "Bearer secret"})
    with urllib.request.urlopen(request) as answer:
        return answer.read()


def main():
    if shutil.which("chromium") is None:
        print("SKIPPED: chromium is not installed, so NOTHING OF THE PAGE WAS TESTED; ./install-packages installs it")
        sys.exit(77)
    folder = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else None
    with tempfile.TemporaryDirectory() as work, browser() as address:
        check_real(address, work)
        aggregator = Fragagg(os.path.join(work, "other"))
        try:
            with made_aggregator(f"http://127.0.0.1:{aggregator.port}") as (url, shown):
                check_live(address, url, shown)
                check_looks(address, url, shown, folder)
        finally:
            aggregator.kill()


main()
