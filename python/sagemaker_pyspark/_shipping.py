"""Functions that travel to executors.

What is shipped is a nested function, which Spark pickles by value, and which imports this package only when it runs: an executor without
the package, or with another version of it, says so.
"""
from __future__ import annotations

from typing import Any, Callable, Dict, Mapping

from . import __version__


def shipped(entry: str, task: Mapping[str, Any], **objects) -> Callable:
    """A function of an iterator of batches that runs `sagemaker_pyspark._tasks.ENTRY(task, batches, **objects)` where rows are.

    `task` holds the settings, which may be secret: it goes into the function, never into a plan's text.
    """
    version = __version__
    payload: Dict[str, Any] = dict(task)

    def run_sagespark_task(batches):
        try:
            import sagemaker_pyspark as package
        except ImportError as error:
            import socket
            import sys

            raise ImportError(
                f"sagemaker_pyspark is not installed where the executors run: {sys.executable} on {socket.gethostname()}: {error}; "
                f"install version {version} there, as on the driver"
            ) from None
        if package.__version__ != version:
            import socket
            import sys

            raise RuntimeError(
                f"sagemaker_pyspark has another version where the executors run than on the driver: {package.__version__}, not {version}: "
                f"{sys.executable} on {socket.gethostname()}")
        from importlib import import_module

        tasks = import_module("sagemaker_pyspark._tasks")
        yield from tasks.run(entry, dict(payload), batches, **objects)

    return run_sagespark_task
