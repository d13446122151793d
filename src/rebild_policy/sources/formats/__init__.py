"""One module a format: each gives the rows of an export, and knows nothing of what they mean."""
