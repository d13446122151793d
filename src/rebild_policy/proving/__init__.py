"""What catches a wrong rule before it accuses anyone: its examples, what they cover, mutants of it, and a lint."""
