"""A session of Spark with what audits need; and what is said where Spark or Java is missing."""

from __future__ import annotations

import os
import shutil
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from rebild_policy.errors import EngineError, UsageError

INSTALL: Final = "Run: pip install 'rebild-policy[spark]'"
INSTALL_JAVA: Final = (
    "Install Java 17 or later, such as the package openjdk-17-jre-headless of Debian and Ubuntu, and set JAVA_HOME if the "
    "program 'java' is not on the PATH."
)


def lacks_spark() -> UsageError | None:
    """The error that says what is missing for Spark to run here; None where nothing is."""
    if find_spec("pyspark") is None:
        return UsageError("Spark is not installed.", remedy=INSTALL)
    home = os.environ.get("JAVA_HOME")
    if shutil.which("java", path=str(Path(home) / "bin") if home else None) is None:
        return UsageError("Spark needs Java, which was not found.", remedy=INSTALL_JAVA)
    return None


def spark_session(master: str | None = None, *, name: str = "rebild-policy", settings: dict[str, str] | None = None) -> Any:
    """A `SparkSession`, or the one that is running.

    `master` is where it runs, such as `local[4]` or `spark://host:7077`; without it, what `spark-submit` was given. The
    executors use this Python unless `settings` says otherwise. Raises `UsageError` where Spark or Java is missing, and
    `EngineError` where Java does not start.
    """
    lacking = lacks_spark()
    if lacking:
        raise lacking
    sql = import_module("pyspark.sql")
    errors = import_module("pyspark.errors")
    builder = sql.SparkSession.builder.appName(name)
    if master:
        builder = builder.master(master).config("spark.pyspark.python", sys.executable)
    for key, value in (settings or {}).items():
        builder = builder.config(key, value)
    try:
        return builder.getOrCreate()
    except errors.PySparkRuntimeError:
        raise EngineError("Java did not start Spark; what it said stands above.", remedy=INSTALL_JAVA) from None
