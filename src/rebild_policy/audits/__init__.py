"""Audits: an export judged case by case or bucket by bucket, what is counted of it, compared, accepted and published."""
