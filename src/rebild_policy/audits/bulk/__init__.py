"""Audits of any size: an export into buckets of cases, each judged by the table engine, counted, and kept until all are done."""
