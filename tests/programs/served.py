"""A fragd for the Python tests: listening on a free port, and gone when the block ends, however it ends."""
import contextlib
import os
import re
import subprocess

BIN = os.environ["FRAG_BIN_DIR"]


def run(*command):
    subprocess.run([os.path.join(BIN, command[0]), *command[1:]], check=True, stdout=subprocess.DEVNULL)


@contextlib.contextmanager
def fragd(*arguments):
    """Yields the process and its (host, port); the block's end asks it to stop and checks that it does so cleanly."""
    server = subprocess.Popen([os.path.join(BIN, "fragd"), *arguments, "--port", "0"], stdout=subprocess.PIPE, text=True)
    try:
        host, port = re.search(r"http://([\d.]+):(\d+)", server.stdout.readline()).groups()
        yield server, (host, int(port))
        server.terminate()
        assert server.wait(60) == 0
    finally:
        server.kill()
        server.wait()
