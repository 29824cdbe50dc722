"""tools/demo from the start to the end, and interrupted: what it prints, what it draws, and that nothing stays behind."""
import os
import pathlib
import re
import signal
import subprocess
import time

import pytest

from conftest import ROOT, bin_dir

PICTURES = ROOT / "out" / "kmeans_mnist"


def start_demo(tmp_path):
    """The demo in a session of its own, with its temporary files below tmp_path."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return subprocess.Popen([ROOT / "tools" / "demo"], cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            env=environment | {"TMPDIR": str(tmp_path), "SAGESPARK_BIN_DIR": str(bin_dir())},
                            start_new_session=True)


def processes_of(tmp_path):
    """Command lines of the processes that know the demo's folder: the server, its jobs and its endpoints' containers."""
    found = []
    for folder in pathlib.Path("/proc").iterdir():
        if not folder.name.isdigit() or folder.name == str(os.getpid()):
            continue
        try:
            known = (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()
        except OSError:
            continue
        if str(tmp_path).encode() in known:
            found.append((folder / "cmdline").read_bytes().replace(b"\0", b" ").decode())
    return found


@pytest.fixture(autouse=True)
def mnist_is_here():
    if not pathlib.Path(os.environ.get("SAGESPARK_MNIST_DIR", "/nonexistent")).is_dir():
        pytest.skip("SAGESPARK_MNIST_DIR is not set")


def test_the_demo_runs_the_notebook_and_leaves_nothing_behind(tmp_path):
    for picture in PICTURES.glob("*.png"):
        picture.unlink()
    started = time.monotonic()
    demo = start_demo(tmp_path)
    output, _ = demo.communicate(timeout=300)
    seconds = time.monotonic() - started
    assert demo.returncode == 0, output
    print(output, f"\n{seconds:.1f} s")

    assert "|  5.0|(784,[152,153,154...|" in output
    header = "|label|            features|distance_to_cluster|closest_cluster|"
    assert output.count(header) == 4  # Trained, attached, from S3, from the job.
    endpoints = re.findall(r"^deleted endpoint (sparksm-1[abc]-endpoint-\S+),", output, re.M)
    assert [name[:11] for name in endpoints] == ["sparksm-1a-", "sparksm-1b-", "sparksm-1c-"]
    assert re.search(r"#quality_metric: host=algo-1, train msd <loss>=", output)
    purity = float(re.search(r"^Purity of the clusters on 10000 test rows: (\S+)$", output, re.M)[1])
    assert 0.45 < purity < 0.75  # k-means finds about 0.55 to 0.62 of MNIST at k = 10.

    tables = re.findall(r"^\|label\|            features\|distance.*\n((?:[|+].*\n)+)", output, re.M)
    assert len(tables) == 4 and set(tables) == {tables[0]}  # The same model behind three endpoints.

    pictures = sorted(PICTURES.glob("*.png"))
    assert [picture.name for picture in pictures] == [f"cluster_{letter}.png" for letter in "ABCDEFGHIJ"]
    assert all(picture.read_bytes().startswith(b"\x89PNG\r\n") for picture in pictures)
    assert processes_of(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("moment", ["== Training with k-means", "== Inference"])
def test_an_interrupted_demo_leaves_nothing_behind(tmp_path, moment):
    demo = start_demo(tmp_path)
    output = ""
    for line in demo.stdout:
        output += line
        if line.startswith(moment):
            demo.send_signal(signal.SIGINT)
            break
    output += demo.stdout.read()
    assert demo.wait(timeout=60) == 130, output
    assert processes_of(tmp_path) == []
    assert list(tmp_path.iterdir()) == []
