"""docs/coverage.md is what the routing table says, and each operation of it is routed."""
import subprocess
import sys

import botocore.exceptions
import pytest

from conftest import ROOT, bin_dir


def test_the_page_is_current():
    done = subprocess.run([sys.executable, ROOT / "tools" / "coverage.py", bin_dir() / "sagespark", "--check"], capture_output=True, text=True,
                          timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("service, operation, arguments", [
    ("sagemaker", "create_notebook_instance", {"NotebookInstanceName": "n", "InstanceType": "ml.t3.medium", "RoleArn": "a" * 20}),
    ("sagemaker", "search", {"Resource": "TrainingJob"}),
    ("logs", "put_retention_policy", {"logGroupName": "g", "retentionInDays": 1}),
])
def test_other_operations_are_unknown(cloud, service, operation, arguments):
    with pytest.raises(botocore.exceptions.ClientError) as error:
        getattr(cloud.client(service), operation)(**arguments)
    assert error.value.response["Error"]["Code"] == "UnknownOperationException"
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
