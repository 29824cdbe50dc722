"""The original SageMaker Spark, JVM and all, against the local cloud: Spark's staging by S3A over plain HTTP or TLS, AWS's SDK for Java over
TLS through the proxy, as its clients make AWS's host names in code."""
import json
import os
import pathlib
import subprocess

import pytest
from virtual_environments import python_of

HERE = pathlib.Path(__file__).parent


@pytest.mark.parametrize("which", ["cloud", "tls_cloud"])
def test_every_estimator_fits_transforms_and_cleans_up(request, tmp_path, which):
    cloud = request.getfixturevalue(which)
    settings = tmp_path / "spark.conf"
    settings.write_text(cloud.env("--spark"))
    trust_store = tmp_path / "trust.p12"
    subprocess.run(["keytool", "-importcert", "-noprompt", "-alias", "sagespark", "-file", cloud.data_dir / "ca.pem", "-keystore", trust_store,
                    "-storetype", "PKCS12", "-storepass", "changeit"], check=True, capture_output=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_") and name.upper() != "NO_PROXY"}
    command = f'eval "$({cloud.binary} env --notebook --data-dir "$0")"; exec "$@"'
    run = subprocess.run(["bash", "-c", command, cloud.data_dir, python_of("jvm"), HERE / "jvm_estimators.py", settings, trust_store],
                         env=kept | {"SPARK_LOCAL_IP": "127.0.0.1"}, cwd=tmp_path, capture_output=True, text=True, timeout=900)
    results = {line["estimator"]: line for line in map(json.loads, run.stdout.splitlines())}
    assert run.returncode == 0, run.stdout + run.stderr[-5000:]
    measures = {name: result["measure"] for name, result in results.items()}
    assert measures.pop("PCASageMakerEstimator") == [2]
    for name in ("LinearLearnerRegressor", "FactorizationMachinesRegressor"):
        assert measures.pop(name) < 0.3, results
    assert len(measures) == 6 and min(measures.values()) > 0.95, results
    sagemaker = cloud.client("sagemaker")
    left = [sagemaker.list_endpoints()["Endpoints"], sagemaker.list_endpoint_configs()["EndpointConfigs"], sagemaker.list_models()["Models"]]
    assert left == [[], [], []]
