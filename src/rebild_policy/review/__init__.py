"""Review by people: a reproducible sample of cases, what is asked about each, and the answers that come back."""
