"""The clients' own virtual environments, which `tools/bootstrap --clients` makes."""
import os
import pathlib

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def python_of(name):
    """The Python of that client's environment."""
    python = pathlib.Path(os.environ.get("SAGESPARK_DEPS_DIR", ROOT / "build" / "deps")) / "clients" / name / "bin" / "python"
    if not python.exists():
        pytest.fail(f"{python} is not there: run tools/bootstrap --clients")
    return python
