"""What the documents tell a newcomer to type works as it stands: every ```sh block of the README, in order, in one shell."""
import contextlib
import os
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile

README = os.path.join(os.environ["FRAG_SOURCE_DIR"], "README.md")
blocks = re.findall(r"^```sh\n(.*?)^```", open(README).read(), re.S | re.M)
assert len(blocks) >= 7, len(blocks)


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


with tempfile.TemporaryDirectory() as work:
    script = "set -eu\n" + "\n".join(blocks)
    for port in ("8080", "8090"):
        script = script.replace(port, str(free_port()))
    environment = dict(os.environ, PATH=os.environ["FRAG_BIN_DIR"] + ":" + os.environ["PATH"])
    # The servers of the walk-through outlive the shell, so its output goes to a file and not to a pipe that they hold open.
    with open(os.path.join(work, "output"), "w+") as log:
        shell = subprocess.Popen(["bash", "-c", script], cwd=work, env=environment, start_new_session=True,
                                 stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        try:
            status = shell.wait(timeout=500)
        finally:
            with contextlib.suppress(ProcessLookupError):  # nothing of it runs any more
                os.killpg(shell.pid, signal.SIGKILL)
        log.seek(0)
        output = log.read()
    print(output)
    assert status == 0, status
    assert "accuracy" in output
sys.exit(0)
