"""Runs tests/programs/facade_probe.cc: the C++ facades, driven from Python."""
import json
import os
import subprocess

from conftest import bin_dir


class Failed(Exception):
    """What the facade threw."""

    def __init__(self, answer):
        super().__init__(answer["error"])
        self.message = answer["error"]
        self.type = answer["type"]


def command(request):
    return [bin_dir().parent / "tests" / "facade_probe", json.dumps(request)]


def probe(cloud, request, url=None, preexec_fn=None, **environment):
    """The action's answer; `url`: another server's than the cloud's, say a proxy's."""
    environment = cloud.environment | ({"AWS_ENDPOINT_URL": url} if url else {}) | environment
    done = subprocess.run(command(request), env=environment, capture_output=True, text=True, timeout=120, preexec_fn=preexec_fn)
    assert done.returncode in (0, 1) and done.stdout, (done.returncode, done.stdout, done.stderr)
    answer = json.loads(done.stdout)
    if done.returncode == 1:
        raise Failed(answer)
    return answer


def libsvm(*paths, **options):
    return {"format": "libsvm", "load": list(paths), "options": {name: str(value) for name, value in options.items()}}


def rows(columns, *values, partitions=0):
    """`partitions`: repartitioned to so many."""
    return {"columns": columns, "rows": [list(value) for value in values], "partitions": partitions}


def children(pid):
    """Process ids of the children of `pid`."""
    found = []
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/children") as file:
            found += map(int, file.read().split())
    return found
