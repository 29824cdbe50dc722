"""Ctrl-C in a user's program: the training job is told to stop, and the program says so."""
import json
import os
import pathlib
import signal
import subprocess
import sys

import pytest
from conftest import IS_REMOTE, PACKAGE_PARENT

HERE = pathlib.Path(__file__).parent


@pytest.mark.skipif(IS_REMOTE, reason="the program starts a session of its own")
def test_ctrl_c_stops_the_training_job_and_says_so(cloud, tmp_path):
    cloud.client("s3").create_bucket(Bucket="interrupted")
    arguments = json.dumps({"bucket": "interrupted", "master": "local[2]", "executorPath": str(PACKAGE_PARENT), "credentials": "chain", "delete": True,
                            "keepsEnvironment": True})
    program = subprocess.Popen([sys.executable, HERE / "programs" / "cluster.py", "interrupted", arguments], env=dict(os.environ), cwd=tmp_path,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    seen = []
    for line in program.stderr:
        seen.append(line)
        if " Training" in line:
            program.send_signal(signal.SIGINT)
            break
    output, errors = program.communicate(timeout=300)
    assert program.returncode != 0 and "Interrupted: stopping training job" in errors and "was told to stop" in errors, "".join(seen) + errors
    job = cloud.client("sagemaker").list_training_jobs()["TrainingJobSummaries"][0]
    assert job["TrainingJobStatus"] in ("Stopping", "Stopped", "Completed")
    assert cloud.client("s3").list_objects_v2(Bucket="interrupted", Prefix="staged/").get("Contents", []) == []
