"""The self-test: engines held against each other on generated cases, in one go or in pieces."""
