"""The audit that docs/how-to/run-on-spark.md shows; the tests run it."""

from datetime import date

from rebild_policy import Policy
from rebild_policy.spark import audit_spark, spark_session

spark = spark_session("local[2]")
rows = spark.read.csv("export.csv", sep=";", header=True, escape='"', multiLine=True)
with audit_spark(rows, "mapping.yaml", Policy.rebild(), date(2026, 3, 2)) as audit:
    print(audit.summary.accounting.cases, "cases")
    audit.sorted_findings.write.parquet("findings.parquet", mode="overwrite")
    audit.quarantined.write.csv("quarantine", header=True, mode="overwrite")
