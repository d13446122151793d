"""rebild_policy: the guideline "Sådan møder vi borgeren" as executable policy.

    from datetime import date
    from rebild_policy import Case, Policy

    policy = Policy.rebild(profile="guideline")
    report = policy.check(Case.read({...}), as_of=date(2026, 5, 1))
    report.violations

Importing the package loads none of its parts; each is loaded when it is first named. PYTEST_DONT_REWRITE: Hypothesis may have
loaded this by its entry point before pytest comes to it, which is nothing to warn of.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from rebild_policy.version import VERSION as __version__  # noqa: N811

if TYPE_CHECKING:
    from rebild_policy import errors
    from rebild_policy.audits.comparison import compare_audits
    from rebild_policy.audits.comparisonresults import AuditComparison
    from rebild_policy.audits.results import Audit
    from rebild_policy.calendar import Calendar
    from rebild_policy.errors import PolicyError
    from rebild_policy.facts import Case, Coverage, Event, events
    from rebild_policy.policy import Policy
    from rebild_policy.results import Finding, Report, Row, Verdict

_HOMES = {
    "Audit": "audits.results",
    "AuditComparison": "audits.comparisonresults",
    "Calendar": "calendar",
    "Case": "facts",
    "Coverage": "facts",
    "Event": "facts",
    "Finding": "results",
    "Policy": "policy",
    "PolicyError": "errors",
    "Report": "results",
    "Row": "results",
    "Verdict": "results",
    "compare_audits": "audits.comparison",
    "errors": "",
    "events": "facts",
}

__all__ = [
    "Audit",
    "AuditComparison",
    "Calendar",
    "Case",
    "Coverage",
    "Event",
    "Finding",
    "Policy",
    "PolicyError",
    "Report",
    "Row",
    "Verdict",
    "__version__",
    "compare_audits",
    "errors",
    "events",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = _HOMES[name]
    module = import_module(f"{__name__}.{home or name}")
    found = getattr(module, name) if home else module
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
