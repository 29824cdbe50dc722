"""Fixtures of the Python package's tests. They run in the virtual environments that `tools/bootstrap --spark` makes."""
import pathlib
import sys
import types

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "python"))
import sagemaker_pyspark
from sagemaker_pyspark import errors

ROLE = "arn:aws:iam::123456789012:role/MySageMakerRole"


class RecordingNative(types.ModuleType):
    """Stands for the native library where a test looks at the requests: notes all calls, and answers as it is told.

    `answers` has for an operation a reply, an exception, or a list of them for one call after the other.
    """

    def __init__(self):
        super().__init__("sagemaker_pyspark._native")
        self.calls = []
        self.answers = {
            "GetCallerIdentity": {"Account": "123456789012"},
            "DescribeTrainingJob": {"TrainingJobName": "job", "TrainingJobStatus": "Completed", "SecondaryStatus": "Completed",
                                    "TrainingJobArn": "arn", "ModelArtifacts": {"S3ModelArtifacts": "s3://models/job/output/model.tar.gz"},
                                    "SecondaryStatusTransitions": [{"Status": "Completed", "StartTime": 1.5, "StatusMessage": "Done"}],
                                    "FinalMetricDataList": [{"MetricName": "test:msd", "Value": 0.25, "Timestamp": 1.5}]},
            "DescribeEndpoint": {"EndpointStatus": "InService"},
            "DescribeLogStreams": {"logStreams": []},
        }

    def settings(self, overrides):
        return {"region": overrides.get("region", "us-east-1"), "endpoints": {"sagemaker": "http://127.0.0.1:1"}}

    def call(self, settings, service, operation, request):
        self.calls.append((operation, request))
        answer = self.answers.get(operation, {})
        if isinstance(answer, list):
            answer = answer.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def check_request(self, service, operation, request):
        self.calls.append(("check " + operation, request))

    def check_staging(self, task, schema):
        return {"columns": ["label", "features"]}

    def operations(self):
        return [operation for operation, _ in self.calls]

    def request(self, operation):
        return next(request for name, request in self.calls if name == operation)


@pytest.fixture
def native(monkeypatch):
    fake = RecordingNative()
    monkeypatch.setitem(sys.modules, "sagemaker_pyspark._native", fake)
    monkeypatch.setitem(vars(sagemaker_pyspark), "_native", fake)
    from sagemaker_pyspark import SageMakerClients

    sys.modules["sagemaker_pyspark.SageMakerClients"]._captured.cache_clear()
    yield fake
    sys.modules["sagemaker_pyspark.SageMakerClients"]._captured.cache_clear()


@pytest.fixture
def common():
    """What every estimator is made with."""
    from sagemaker_pyspark import IAMRole

    return dict(sagemakerRole=IAMRole(ROLE), trainingInstanceType="ml.m4.xlarge", trainingInstanceCount=1,
                endpointInstanceType="ml.t2.large", endpointInitialInstanceCount=1)
