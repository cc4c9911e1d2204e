"""What the documents tell a newcomer to type works as it stands: every ```sh block of a document, in order, in one shell, every recipe
that it shows, and the dataset format.

    documents_test.py docs/guide.md ...
"""
import contextlib
import hashlib
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile

SOURCE = os.environ["FRAG_SOURCE_DIR"]
ENVIRONMENT = dict(os.environ, PATH=os.environ["FRAG_BIN_DIR"] + ":" + os.environ["PATH"])


def read(document):
    with open(os.path.join(SOURCE, document), encoding="utf-8") as file:
        return file.read()


def blocks(document, language):
    return re.findall(rf"^```{language}\n(.*?)^```", read(document), re.S | re.M)


def free_port():
    """Below the range that port 0 draws from, so that no server of a test beside this one takes it meanwhile."""
    while True:
        port = random.SystemRandom().randrange(20000, 30000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


def type_in(document, folder):
    """Runs the document's commands; returns what they print."""
    script = "set -eu\n" + "\n".join(blocks(document, "sh"))
    for port in ("8080", "8090"):
        script = script.replace(port, str(free_port()))
    # The servers of a walk-through may outlive the shell, so its output goes to a file and not to a pipe that they hold open.
    with open(os.path.join(folder, "output"), "w+") as log:
        shell = subprocess.Popen(["bash", "-c", script], cwd=folder, env=ENVIRONMENT, start_new_session=True,
                                 stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        try:
            status = shell.wait(timeout=500)
        finally:
            with contextlib.suppress(ProcessLookupError):  # nothing of it runs any more
                os.killpg(shell.pid, signal.SIGKILL)
        log.seek(0)
        output = log.read()
    print(output)
    assert status == 0, f"{document}: {status}"
    return output


def plan_of(recipe, folder):
    path = os.path.join(folder, "recipe.toml")
    with open(path, "w") as file:
        file.write(recipe)
    return subprocess.run(["frag", "plan", path, "--size", "640x480"], env=ENVIRONMENT, capture_output=True, text=True)


def check_recipes(document, folder):
    """The recipes that a document shows are recipes."""
    for recipe in blocks(document, "toml"):
        planned = plan_of(recipe, folder)
        assert planned.returncode == 0, f"{document}: {planned.stderr}"


def check_links(document):
    """Files that a document points to are there."""
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", read(document)):
        if "://" not in target:
            path = os.path.join(SOURCE, os.path.dirname(document), target)
            assert os.path.exists(path), f"{document} points to {target}"


def check_keys(folder):
    """docs/recipes.md explains every key that a recipe has."""
    refused = plan_of("no_such_key = 1\n", folder).stderr
    keys = refused.split("the keys are ")[1].strip().split(", ")
    assert len(keys) > 10, refused
    missing = [key for key in keys if f"`{key}" not in read("docs/recipes.md")]
    assert not missing, missing


def check_dataset(dataset):
    """A dataset is what docs/dataset-format.md says, to a reader written from that page alone."""
    page = read("docs/dataset-format.md")

    def documented(keys):
        missing = [key for key in keys if f"`{key}`" not in page and f'"{key}"' not in page]
        assert not missing, f"{dataset}: docs/dataset-format.md does not have {missing}"

    with open(os.path.join(dataset, "dataset.json"), "rb") as file:
        about = json.load(file)
    documented([*about, *about["recipe"]])
    bitmaps = b""
    if "labels/fragments.bin" in about["tables"]:
        with open(os.path.join(dataset, "labels", "fragments.bin"), "rb") as file:
            bitmaps = file.read()
    for name, table in about["tables"].items():
        with open(os.path.join(dataset, name), "rb") as file:
            assert hashlib.sha256(file.read()).hexdigest() == table["sha256"], name
    next_id = 0
    with open(os.path.join(dataset, "sources.jsonl"), encoding="utf-8") as file:
        for number, line in enumerate(file):
            row = json.loads(line)
            documented(row)
            assert row["id"] == number and row["first_fragment"] == next_id, row
            next_id += row["fragments"]
            folder, name = dataset, about["store"][row["shard"]]["file"] if row["shard"] is not None else row["file"]
            if row["shard"] is None:
                folder = about["in_place"]
            with open(os.path.join(folder, name), "rb") as stored:
                stored.seek(row["offset"])
                assert hashlib.sha256(stored.read(row["bytes"])).hexdigest() == row["sha256"], row
            seen = 0
            for _, count, offset in row.get("kept", []):
                words = (row["fragments"] + 63) // 64
                bits = int.from_bytes(bitmaps[offset:offset + 8 * words], "little")
                assert bin(bits).count("1") == count and bits >> row["fragments"] == 0 and bits & seen == 0, row
                seen |= bits
            assert ("kept" in row) or row["class"] is not None, row
    assert next_id == about["fragments"], dataset


def main():
    for document in sys.argv[1:]:
        print(document, flush=True)
        with tempfile.TemporaryDirectory() as folder:
            check_links(document)
            check_recipes(document, folder)
            output = type_in(document, folder)
            if document == "README.md":
                assert len(blocks(document, "sh")) >= 7 and "accuracy" in output, output
            if document == "docs/guide.md":
                datasets = [name for name in os.listdir(folder) if name.endswith(".frag")]
                assert len(datasets) > 10, datasets
                for name in datasets:
                    check_dataset(os.path.join(folder, name))
            if document == "docs/recipes.md":
                check_keys(folder)


main()
