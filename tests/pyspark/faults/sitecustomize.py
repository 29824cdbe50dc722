"""On the PYTHONPATH of executors' Python workers: makes tasks die or dawdle at the moment when all their parts are uploaded.

SAGESPARK_TEST_FAULT is "kill": first attempts of odd partitions are killed; "hang": the first attempt of partition 0 goes on for ever.
"""
import json
import os
import signal
import time

_dumps = json.dumps


def dumps(value, *arguments, **options):
    # A task's receipt is the only list of uploads that is written in an executor.
    if isinstance(value, list) and value and isinstance(value[0], dict) and "uploadId" in value[0]:
        from pyspark import TaskContext

        context = TaskContext.get()
        if context is not None and context.attemptNumber() == 0:
            if os.environ["SAGESPARK_TEST_FAULT"] == "kill" and context.partitionId() % 2 == 1:
                os.kill(os.getpid(), signal.SIGKILL)
            while os.environ["SAGESPARK_TEST_FAULT"] == "hang" and context.partitionId() == 0:
                time.sleep(1)
    return _dumps(value, *arguments, **options)


if "SAGESPARK_TEST_FAULT" in os.environ:
    json.dumps = dumps
