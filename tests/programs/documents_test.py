"""What the documents tell a newcomer to type works as it stands: every ```sh block of the README, in order, in one shell."""
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile

README = os.path.join(os.environ["FRAG_SOURCE_DIR"], "README.md")
blocks = re.findall(r"^```sh\n(.*?)^```", open(README).read(), re.S | re.M)
assert len(blocks) >= 7, len(blocks)

# The README's ports may be taken where tests run side by side: free ones in their place, and no wait for a fixed second.
with tempfile.TemporaryDirectory() as work:
    script = "set -euo pipefail\n" + "\n".join(blocks)
    for port in ("8080", "8090"):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            script = script.replace(port, str(probe.getsockname()[1]))
    environment = dict(os.environ, PATH=os.environ["FRAG_BIN_DIR"] + ":" + os.environ["PATH"])
    # The servers of the walk-through outlive the shell, so its output goes to a file and not to a pipe that they hold open.
    with open(os.path.join(work, "output"), "w+") as log:
        shell = subprocess.Popen(["bash", "-c", script], cwd=work, env=environment, start_new_session=True,
                                 stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        try:
            status = shell.wait(timeout=500)
        finally:
            os.killpg(shell.pid, signal.SIGKILL)
        log.seek(0)
        output = log.read()
    print(output)
    assert status == 0, status
    assert "accuracy" in output
sys.exit(0)
