"""The jars that Spark needs to read and write s3a:// paths."""
from __future__ import annotations

import logging
from typing import List

_logger = logging.getLogger("sagemaker_pyspark")
_has_warned = False


def classpath_jars() -> List[str]:
    """The jars of Spark's S3A file system that fit the installed PySpark: what `python -m sagemaker_pyspark fetch-s3a` has fetched.

    Without them it returns an empty list and says once how to fetch them. Nothing else here needs jars: programs that do not read or
    write s3a:// paths run without them.
    """
    global _has_warned
    from . import fetch_s3a

    jars = fetch_s3a.jars()
    if not jars and not _has_warned:
        _has_warned = True
        _logger.warning("Jars of s3a:// are not there, so Spark cannot read such paths; fetch them: python -m sagemaker_pyspark fetch-s3a")
    return jars
