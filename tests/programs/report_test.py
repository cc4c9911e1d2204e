"""frag report: one file of well-formed HTML that loads nothing, names every picture, and lets no name become markup."""
import os
import pathlib
import shutil
import subprocess
import tempfile

from html_page import check, parse


def run(*arguments):
    done = subprocess.run(["frag", *arguments], capture_output=True, text=True)
    assert done.returncode == 0, (arguments, done.stderr)


with tempfile.TemporaryDirectory() as work:
    os.environ["PATH"] = os.environ["FRAG_BIN_DIR"] + ":" + os.environ["PATH"]
    os.chdir(work)
    run("synth", "images", "--per-class", "4", "--size", "200x160")
    odd = "<script>alert(1)<"
    shutil.move(sorted(path for path in pathlib.Path("images").iterdir() if path.is_dir())[0], "images/" + odd)
    run("cut", "images", "odd.frag", "--tile", "48", "--angles", "0:270:90", "--contrast", "stretch")
    run("report", "odd.frag", "-o", "odd.html", "--title", "<b>Mine & \"yours\"")
    page = parse(pathlib.Path("odd.html"))
    check(page)
    assert sum(tag == "img" for tag, _ in page.tags) >= 4
    words = "".join(page.text)
    assert odd in words and "<b>Mine & \"yours\"" in words
    assert "after stretch" in words and "Nothing lies on two sides" in words
