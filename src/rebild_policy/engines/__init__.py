"""Engines: a plan and a case in, verdicts out. `reference` defines the meaning; the others are held to it."""
