"""The notebooks of AWS's examples, cell by cell, as their texts in a folder have them: the environment SAGESPARK_NOTEBOOKS, or the seeds beside
this repository. They are not part of it, so that tests of them are skipped elsewhere; examples/kmeans_mnist.py makes the same calls."""
import os
import pathlib
import re
import textwrap

FOLDER = pathlib.Path(os.environ.get("SAGESPARK_NOTEBOOKS", pathlib.Path(__file__).resolve().parents[3] / "shared" / "seeds"))


def kmeans_cells():
    """The code of each ".. code::" block of a notebook that became a text."""
    text = _text("000_*")
    return [textwrap.dedent(block) for block in re.findall(r"^\.\. code:: ipython3\n\n((?:    .*\n|\s*\n)+)", text, re.MULTILINE)]


def xgboost_cells():
    """The code behind the ">>>" of a notebook that became lecture notes; the prose between is where cells end."""
    cells, cell = [], []
    for line in _text("001_*").splitlines():
        code = re.match(r"\s*>>>(?: (.*))?$", line)
        if code:
            cell.append(code[1] or "")
        elif line.strip() and cell:
            cells.append("\n".join(cell) + "\n")
            cell = []
    return cells + ["\n".join(cell) + "\n"] if cell else cells


def _text(pattern):
    found = sorted(FOLDER.glob(pattern))
    return found[0].read_text() if found else None


def are_there():
    return _text("000_*") is not None and _text("001_*") is not None
