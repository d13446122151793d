"""Audits on Spark, for exports that one machine does not hold: `audit_spark(df, mapping, policy, as_of)`."""

from __future__ import annotations

from rebild_policy.spark.accounts import SparkSummary
from rebild_policy.spark.auditing import SparkAudit, audit_spark
from rebild_policy.spark.sessions import spark_session

__all__ = ["SparkAudit", "SparkSummary", "audit_spark", "spark_session"]
