"""SIGTERM: what runs is finished, what trains is failed with the reason, no container stays, and every endpoint is back at the next start."""
import os
import pathlib
import signal
import sys
import threading
import time

import botocore.config
import botocore.exceptions

from conftest import Cloud
from test_hosting import ECHO, Hosting
from test_metrics import Page
from test_sagemaker import SageMaker, wait

HANG = "import threading; threading.Event().wait()"


def descendants(pid):
    """Processes that this one started, and those that they did."""
    children = [int(child) for task in pathlib.Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()]
    return children + [further for child in children for further in descendants(child)]


def wait_until_gone(pids):
    for _ in range(3000):
        pids = [pid for pid in pids if os.path.exists(f"/proc/{pid}")]
        if not pids:
            return
        time.sleep(0.01)
    raise AssertionError([pathlib.Path(f"/proc/{pid}/cmdline").read_bytes() for pid in pids])


def asked(hosting, name):
    """The endpoint's answer, or why there is none."""
    try:
        return hosting.ask(name, b"x")
    except botocore.exceptions.ClientError as error:
        return error.response["Error"]["Code"]


def test_sigterm_finishes_what_runs_and_the_next_start_serves_every_endpoint(tmp_path):
    cloud = Cloud(tmp_path / "data", arguments=["--image", f"echo={sys.executable} {ECHO}", "--image", f'hang={sys.executable} -c "{HANG}"'])
    try:
        hosting = Hosting(cloud)
        hosting.model("m", {"TAG": "-m"})
        hosting.config("one", ("A", "m"))
        hosting.config("two", ("A", "m", 1, 2), ("B", "m"))
        endpoints = {"first": "one", "second": "two", "third": "one"}
        for name, config in endpoints.items():
            hosting.endpoint(name, config)
        sagemaker = SageMaker(cloud, "graceful")
        sagemaker.client.create_training_job(**sagemaker.job("endless", AlgorithmSpecification={"TrainingImage": "hang", "TrainingInputMode": "File"}))
        wait(lambda: sagemaker.client.describe_training_job(TrainingJobName="endless"), "SecondaryStatus", "Training")

        answers = []
        once = botocore.config.Config(retries={"total_max_attempts": 1}, read_timeout=60)
        runtime = cloud.client("sagemaker-runtime", config=once)
        slow = threading.Thread(target=lambda: answers.append(runtime.invoke_endpoint(EndpointName="first", Body=b"meet 2")["Body"].read()))
        slow.start()
        wait(lambda: {"in flight": Page(cloud)["sagespark_requests_in_flight"]}, "in flight", 2)  # The other one is that for the page.
        containers = descendants(cloud.process.pid)
        assert len(containers) >= 6
        cloud.process.send_signal(signal.SIGTERM)
        slow.join(timeout=60)
        assert answers == [b"alone"]  # It was not broken off.
        assert cloud.process.wait(timeout=60) == 0
        wait_until_gone(containers)
        assert not (cloud.data_dir / "address").exists()

        cloud.start()
        job = sagemaker.client.describe_training_job(TrainingJobName="endless")
        assert job["TrainingJobStatus"] == "Failed" and "server ended" in job["FailureReason"]
        for name in endpoints:
            assert hosting.client.describe_endpoint(EndpointName=name)["EndpointStatus"] == "InService"
            wait(lambda: {"answer": asked(hosting, name)}, "answer", "x-m")
    finally:
        cloud.stop()
