"""The evidence of findings: what was looked for, what was missing, and the smallest change, for every engine alike."""
