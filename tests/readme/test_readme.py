"""Every command of the README runs, and its C++ compiles."""
import os
import pathlib
import re
import runpy
import signal
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()
BIN = pathlib.Path(os.environ.get("SAGESPARK_BIN_DIR", ROOT / "build" / "release" / "bin"))


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.M | re.S)


def block_with(text):
    (found,) = [block for block in blocks("sh") if text in block]
    return found


@pytest.fixture
def environment(tmp_path):
    """A user's shell: our programs and the AWS CLI on the path, no AWS settings, a home of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MAKE", "MFLAGS"))}
    path = os.pathsep.join([str(BIN), str(pathlib.Path(sys.executable).parent), os.environ["PATH"]])
    return kept | {"PATH": path, "HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "data"),
                   "AWS_EC2_METADATA_DISABLED": "true"}


def shell(script, environment):
    return subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=ROOT, env=environment, text=True,
                          capture_output=True, timeout=300)


@pytest.fixture
def served(environment):
    """`sagespark serve`, as the README starts it, ended by its process id."""
    (command,) = block_with("sagespark serve").splitlines()
    server = subprocess.Popen(command.split("#")[0].split(), env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout.readline().startswith("listening on http://127.0.0.1:")
        yield environment
    finally:
        server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=30) == 0


def test_make_demo_leaves_its_ten_pictures(environment):
    assert block_with("make demo") == "make demo\n"
    pictures = ROOT / "out" / "kmeans_mnist"
    for picture in pictures.glob("*.png"):
        picture.unlink()
    done = shell("make demo", environment | {"HOME": os.environ["HOME"]})
    assert done.returncode == 0, done.stdout + done.stderr
    assert sorted(picture.name for picture in pictures.glob("*.png")) == [f"cluster_{c}.png" for c in "ABCDEFGHIJ"]


def test_make_test_is_what_continuous_integration_runs():
    assert block_with("make test") == "make test\n"
    assert "\nmake test\n" in (ROOT / ".ci" / "run").read_text()


def test_the_local_cloud_serves_the_sample_data(served):
    done = shell(block_with("sagespark env"), served)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "mnist_train.libsvm" in done.stdout


def test_the_program_for_aws_takes_its_settings_from_the_environment(served):
    *settings, program = block_with("SAGEMAKER_ROLE").splitlines()
    assert settings[0] == "unset AWS_ENDPOINT_URL" and settings[1].startswith("export AWS_PROFILE=")
    local = [block_with("sagespark env"), settings[2], program]  # Here the local cloud stands in for AWS.
    done = shell("\n".join(local), served)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "deleted endpoint" in done.stdout


@pytest.mark.parametrize("snippet", blocks("cpp"), ids=["k-means", "pipeline", "linear learner"])
def test_the_cpp_compiles(tmp_path, snippet):
    source = tmp_path / "snippet.cc"
    source.write_text(
        '#include "sagespark/ml/pca.h"\n'
        '#include "sagespark/ml/pipeline.h"\n'
        '#include "sagespark/sagemaker/kmeans_sagemaker_estimator.h"\n'
        '#include "sagespark/sagemaker/linear_learner_sagemaker_estimator.h"\n'
        '#include "sagespark/sql/spark_session.h"\n'
        "using namespace sagespark::ml;\nusing namespace sagespark::sagemaker;\nusing namespace sagespark::sql;\n"
        "void Example(const std::string& roleArn, const DataFrame& trainingData, const DataFrame& validationData,\n"
        f"             const DataFrame& testData, const KMeansSageMakerEstimator& kMeansSageMakerEstimator) {{\n{{\n{snippet}}}\n}}\n")
    done = subprocess.run(["g++", "-std=c++20", "-fsyntax-only", f"-I{ROOT / 'src'}",
                           f"-I{ROOT / 'build' / 'release' / 'generated'}", source], text=True, capture_output=True)
    assert done.returncode == 0, done.stderr


def test_every_link_leads_somewhere():
    targets = re.findall(r"\]\(([^)#]+)\)", README)
    assert targets and all((ROOT / target).exists() for target in targets)


def test_the_table_of_benchmarks_is_what_was_recorded():
    bench = runpy.run_path(str(ROOT / "bench" / "run.py"))
    assert bench["recorded_goals"]() and bench["with_table"](README) == README
