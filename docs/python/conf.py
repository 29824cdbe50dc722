"""Sphinx: the API reference of sagemaker_pyspark, from its docstrings. `sphinx-build -W docs/python build/docs/python`."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "python"))
project = "sagemaker_pyspark"
author = "the developers of sagespark"
extensions = ["sphinx.ext.autodoc", "sphinx.ext.napoleon"]
autodoc_member_order = "bysource"
autodoc_typehints = "none"
html_theme = "alabaster"
html_static_path = []
