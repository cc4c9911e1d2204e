"""The built programs, for the Python tests: run to their end, or as servers that are gone when a block ends, however it ends."""
import contextlib
import os
import re
import subprocess

BIN = os.environ["FRAG_BIN_DIR"]


def program(name, *arguments, status=0, cwd=None):
    """Runs it; gives what it said on standard output, or on standard error where another `status` than 0 is due."""
    done = subprocess.run([os.path.join(BIN, name), *map(str, arguments)], cwd=cwd, capture_output=True, text=True)
    assert done.returncode == status, (name, arguments, done.returncode, done.stdout, done.stderr)
    return done.stdout if status == 0 else done.stderr


@contextlib.contextmanager
def server(*command, said, stream):
    """Yields the process, and what it said of where it listens: the first group of the expression `said`."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE if stream == "stdout" else subprocess.DEVNULL,
                               stderr=subprocess.PIPE if stream == "stderr" else None, text=True)
    try:
        for line in getattr(process, stream):
            if found := re.search(said, line):
                break
        else:
            raise AssertionError(f"{command[0]} ended with {process.wait()}")
        yield process, found.group(1)
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextlib.contextmanager
def fragd(*arguments):
    """Yields the process and its address, http://HOST:PORT; at the block's end it is asked to stop and must do so cleanly."""
    with server(os.path.join(BIN, "fragd"), *arguments, "--port", "0", said=r"listening on (\S+)", stream="stdout") as (process, url):
        yield process, url
        process.terminate()
        assert process.wait(60) == 0
