"""Sources: an export of a case system, through a mapping file, as cases with an account of every row."""

from rebild_policy.sources.accounting import Accounting, Assumption, LinkCount, Quarantined, write_quarantine
from rebild_policy.sources.export import Export, SourcedCase, coverage_of, read_export
from rebild_policy.sources.mapping import Mapping, load_mapping

__all__ = [
    "Accounting",
    "Assumption",
    "Export",
    "LinkCount",
    "Mapping",
    "Quarantined",
    "SourcedCase",
    "coverage_of",
    "load_mapping",
    "read_export",
    "write_quarantine",
]
