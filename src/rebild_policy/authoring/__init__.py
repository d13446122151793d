"""What helps an author of rules: a scaffold to start from, and one canonical form of rule files."""
