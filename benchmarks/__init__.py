"""Measurements of speed: `python -m benchmarks` prints them. Nothing here ships."""
