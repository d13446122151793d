"""Exports of any size into buckets of normalised Parquet: columns at a time where cells are clean, row by row where not."""
