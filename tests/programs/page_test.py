"""The page of fragd in Debian's Chromium: wide and narrow, light and dark, by pointer and by keyboard, with a token.

    page_test.py [FOLDER]     leaves screenshots in FOLDER
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request

from chromium import browser, open_tab
from programs import BIN, fragd, program

LOADED = ["balance", "source", "sheet", "commands", "load"]


def wait_loaded(tab):
    tab.wait(f"{json.dumps(LOADED)}.every((id) => document.getElementById(id)?.dataset.loaded)", "the page")


def get(url):
    with urllib.request.urlopen(url) as answer:
        return json.load(answer)


def check_page(tab, dataset, url, folder):
    for width in (1200, 360):
        for scheme in ("light", "dark"):
            tab.look(width, scheme)
            tab.call("Page.navigate", url=url)
            time.sleep(0.2)
            wait_loaded(tab)
            text = tab.value("document.body.textContent")
            assert dataset["id"] in text
            assert all(name in text for name in dataset["classes"]), text
            pictures = tab.value("[...document.querySelectorAll('#fragments img')].filter((one) => one.naturalWidth > 0).length")
            assert pictures == 24, pictures
            assert tab.value("document.querySelectorAll('#tiles polygon').length") == len(get(url + "v1/sources/0/tiles?angle=0")["tiles"])
            assert tab.value("document.getElementById('picture').naturalWidth") > 0
            assert {*tab.value("[...document.querySelectorAll('#fragments button')].map((one) => one.textContent)")} == {*dataset["classes"]}
            rows = tab.value("document.getElementById('counts').innerText")
            assert f"{sum(split['sources'] for split in dataset['splits'].values())}" in rows, rows
            assert tab.value("innerWidth") == width
            assert tab.value("document.documentElement.scrollWidth") <= width, "the page is wider than the window"
            dark = tab.value("getComputedStyle(document.body).backgroundColor") == "rgb(23, 25, 30)"
            assert dark == (scheme == "dark")
            if folder:
                tab.screenshot(os.path.join(folder, f"page-{width}-{scheme}.png"))
    assert tab.complaints == [], tab.complaints


def check_hands(tab, url):
    """What one does on the page, by keyboard where there is one."""
    tab.look(1200, "light")
    tab.call("Page.bringToFront")
    unnamed = tab.value("""[...document.querySelectorAll('input, select, button')].filter((one) =>
        !(one.labels?.length || one.textContent.trim() || one.getAttribute('aria-label'))).map((one) => one.outerHTML)""")
    assert unnamed == [], unnamed
    tab.value("document.getElementById('angle').focus()")
    tab.key("ArrowRight", 39)
    tab.wait("document.getElementById('source').dataset.loaded && document.getElementById('angle').value === '1'", "the next angle")
    tiles = get(url + "v1/sources/0/tiles?angle=1")["tiles"]
    ids = tab.value("[...document.querySelectorAll('#tiles polygon')].map((one) => Number(one.dataset.id))")
    assert ids == [tile["id"] for tile in tiles], ids
    classes = tab.value("[...document.querySelectorAll('#tiles polygon')].map((one) => one.classList.contains('kept'))")
    assert classes == [tile["kept"] for tile in tiles]
    tab.value("document.querySelector('#tiles polygon').focus()")
    tab.key("ArrowRight", 39)
    moved = int(tab.value("document.activeElement.dataset.id"))
    assert moved != tiles[0]["id"], (tiles[:3], tab.complaints)
    tab.key("Enter", 13)
    tab.wait("document.getElementById('one').dataset.loaded", "a tile's fragment")
    assert f"/v1/fragments/{moved}.png" in tab.value("document.getElementById('one').textContent")
    assert tab.value("document.querySelector('#one img').naturalWidth") > 0

    middle = [sum(corner[k] for corner in tiles[0]["corners"]) / 4 for k in (0, 1)]
    box = tab.value("(() => { document.getElementById('stage').scrollIntoView(); const b = document.getElementById('tiles').getBoundingClientRect();"
                    "const v = document.getElementById('tiles').viewBox.baseVal; return [b.x, b.y, b.width / v.width, b.height / v.height]; })()")
    x, y = box[0] + middle[0] * box[2], box[1] + middle[1] * box[3]
    for kind in ("mousePressed", "mouseReleased"):
        tab.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)
    tab.wait(f"document.getElementById('one').textContent.includes('/v1/fragments/{tiles[0]['id']}.png')", "a click on a tile")

    seen = tab.value("document.getElementById('fragments').innerHTML")
    tab.value("document.getElementById('sheet-class').value = '1'; document.getElementById('again').click()")
    tab.wait("document.getElementById('sheet').dataset.loaded", "another seed")
    assert tab.value("document.getElementById('fragments').innerHTML") != seen
    name = tab.value("document.getElementById('sheet-class').selectedOptions[0].textContent")
    assert set(tab.value("[...document.querySelectorAll('#fragments button')].map((one) => one.textContent)")) == {name}
    tab.value("document.querySelector('#fragments button').click()")
    wanted = tab.value("document.querySelector('#fragments button').title.match(/\\d+/)[0]")
    tab.wait(f"document.activeElement.dataset.id === '{wanted}'", "a fragment of the sheet in its source")
    assert tab.complaints == [], tab.complaints


def check_commands(tab, work):
    """They are run as they stand."""
    tab.value("document.getElementById('count').value = 30; document.getElementById('count').dispatchEvent(new Event('input'))")
    commands = {name: tab.value(f"document.getElementById('{name}').textContent") for name in ("fetch", "curl", "python")}
    environment = dict(os.environ, PATH=BIN + ":" + os.environ["PATH"])
    tars = []
    for name in ("fetch", "curl"):
        subprocess.run(["bash", "-c", commands[name]], check=True, cwd=work, env=environment, capture_output=True)
        with open(os.path.join(work, "sample.tar"), "rb") as file:
            tars.append(file.read())
    assert tars[0] == tars[1]
    compile(commands["python"], "page", "exec")
    pipe = re.search(r'"pipe:((?:[^"\\]|\\.)*)"', commands["python"]).group(1)
    listed = subprocess.run(["bash", "-c", json.loads(f'"{pipe}"') + " | tar t"], check=True, cwd=work, capture_output=True, text=True)
    assert listed.stdout.count(".png\n") == 30, listed.stdout


def check_token(address, dataset, work):
    with open(os.path.join(work, "tokens"), "w", encoding="utf-8") as file:
        file.write("secret\n")
    with fragd(dataset, "--tokens", os.path.join(work, "tokens")) as (_, url):
        tab = open_tab(address, url + "/")
        tab.wait("document.getElementById('ask')?.hidden === false", "the question for a token")
        for token in ("wrong", "secret"):
            tab.wait("document.getElementById('ask').hidden === false", "the question for a token")
            tab.value(f"document.getElementById('token').value = '{token}'; document.querySelector('#ask button').click()")
        wait_loaded(tab)
        assert tab.value("[...document.querySelectorAll('#fragments img')].every((one) => one.naturalWidth > 0)")
        assert "secret" not in tab.value("document.body.textContent")


def main():
    if shutil.which("chromium") is None:
        print("SKIPPED: chromium is not installed, so NOTHING OF THE PAGE WAS TESTED; ./install-packages installs it")
        sys.exit(77)
    folder = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else None
    with tempfile.TemporaryDirectory() as work:
        images, dataset = os.path.join(work, "images"), os.path.join(work, "a.frag")
        program("frag", "synth", images, "--size", "800x600", "--per-class", "6")
        os.rename(os.path.join(images, sorted(os.listdir(images))[0]), os.path.join(images, "a, <b>: 100% & c"))
        program("frag", "cut", images, dataset, "--tile", "96", "--min-detail", "20")
        with fragd(dataset) as (_, url), browser() as address:
            tab = open_tab(address, url + "/")
            described = get(url + "/v1/dataset")
            check_page(tab, described, url + "/", folder)
            check_hands(tab, url + "/")
            check_commands(tab, work)
            check_token(address, dataset, work)


main()
