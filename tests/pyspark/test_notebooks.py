"""The notebooks of AWS's examples, as they stand, cell by cell in a process of their own: settings come from the environment and from Spark's
configuration only."""
import json
import os
import pathlib
import subprocess
import sys

import notebooks
import pytest
from conftest import IS_REMOTE, PACKAGE_PARENT

HERE = pathlib.Path(__file__).parent
pytestmark = [pytest.mark.skipif(IS_REMOTE, reason="the notebooks use spark._jsc"),
              pytest.mark.skipif(not notebooks.are_there(), reason=f"no notebooks in {notebooks.FOLDER}; SAGESPARK_NOTEBOOKS names their folder")]


@pytest.fixture(scope="module")
def run(cloud_settings, tmp_path_factory):
    """Runs a notebook's cells; returns what they printed."""
    cloud = cloud_settings
    folder = tmp_path_factory.mktemp("notebooks")
    subprocess.run([cloud.binary, "data", "mnist"], env={**os.environ}, check=True, capture_output=True)
    (folder / "conf").mkdir()
    (folder / "conf" / "spark-defaults.conf").write_text(
        cloud.env("--spark") + "spark.ui.enabled false\nspark.driver.bindAddress 127.0.0.1\nspark.driver.host 127.0.0.1\nspark.driver.memory 2g\n")

    def run(name):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_") and name.upper() != "NO_PROXY"}
        environment |= {"SPARK_CONF_DIR": str(folder / "conf"), "PYTHONPATH": str(PACKAGE_PARENT), "MPLBACKEND": "Agg",
                        "AWS_EC2_METADATA_DISABLED": "true", "SAGESPARK_NOTEBOOKS": str(notebooks.FOLDER)}
        command = f'eval "$({cloud.binary} env --notebook --data-dir "$0")"; exec "$@"'
        done = subprocess.run(["bash", "-c", command, cloud.data_dir, sys.executable, HERE / "programs" / "run_notebook.py", name], env=environment, cwd=folder,
                              capture_output=True, text=True, timeout=1200)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-6000:]
        return done.stdout

    return run


def test_the_k_means_notebook(cloud, run):
    output = run("kmeans")
    result = json.loads(output.splitlines()[-1])
    assert result["cells"] == 16 and result["rows"] == 10000 and result["clusters"] == 10
    assert output.count("|closest_cluster|") == 4 and "only showing top 20 rows" in output and "Cluster J:" in output


def test_the_xgboost_notebook(cloud, run):
    output = run("xgboost")
    result = json.loads(output.splitlines()[-1])
    assert result["cells"] == 6 and result["accuracy"] > 0.9
    assert "|prediction|" in output and "Cluster 9:" in output
