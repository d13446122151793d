"""Reports for people and machines: knows results, not engines."""
