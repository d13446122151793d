"""Generated cases: one generator for the comparison of engines, for property-based tests, and for those of users.

`generator` draws cases through a small `Chooser`, `hypothesis_source` lends it Hypothesis' choices, and `shrinking`
makes a failing scenario small. Import what you need from these modules: this package itself loads none of them.
"""
