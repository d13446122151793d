"""What each task says of the rows that it read, and the sum of it: the numbers of the audit."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from rebild_policy.audits.counts import Counts
from rebild_policy.audits.equality import Decided, EqualTreatment, decisions_of, equal_treatment
from rebild_policy.audits.request import accounted
from rebild_policy.audits.results import Accounting, Assumption, RuleTally
from rebild_policy.facts import Case
from rebild_policy.findings import Counted, faults_of, not_checkable, split, statistics_of, subsumed
from rebild_policy.plan import Plan
from rebild_policy.results import NotCheckableRule, Result, Row, RuleSetInfo, Statistic, Verdict, Words
from rebild_policy.rules import Profile
from rebild_policy.sources import accounting as sources
from rebild_policy.sources.export import assumptions_of
from rebild_policy.sources.reading import Read, Reading
from rebild_policy.waivers import WaiverBook

_OTHER = 200  # names of activities; the rest count as one, as where an export is read in one place


class SparkSummary(Result):
    """The numbers of an audit on Spark: where every row went, and how often each rule came to each verdict.

    `rechecked`: cases that the reference judged as well, and came to the same.
    """

    version: str
    as_of: date
    profile: Profile
    ruleset: RuleSetInfo
    mapping_sha256: str
    accounting: Accounting
    tallies: tuple[RuleTally, ...]
    statistics: tuple[Statistic, ...]
    equal_treatment: EqualTreatment | None
    not_checkable: tuple[NotCheckableRule, ...]
    assumptions: tuple[Assumption, ...]
    rechecked: int


@dataclass
class Account:
    """What is counted while a task reads and judges; two of them can be added. Every key is a text, so that JSON holds it."""

    rows: Counter[str] = field(default_factory=Counter)  # by what became of them
    cases: int = 0
    rechecked: int = 0
    irrelevant: Counter[str] = field(default_factory=Counter)
    unmapped: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    links: dict[str, Counter[str]] = field(default_factory=dict)
    assumptions: list[tuple[str, str, int | None]] = field(default_factory=list)
    verdicts: dict[str, Counter[str]] = field(default_factory=dict)
    subsumed: Counter[str] = field(default_factory=Counter)
    not_applicable: Counter[str] = field(default_factory=Counter)
    partly_known: Counter[str] = field(default_factory=Counter)
    counted: dict[str, Counter[str]] = field(default_factory=dict)  # of statistics: verdict and working days
    decided: Counter[str] = field(default_factory=Counter)  # of decisions that are compared: their fields

    # ------------------------------------------------------------------------------------------------------- in a task
    def read(self, reading: Reading, read: Read) -> None:
        """Count what became of the rows of a part."""
        account = read.accounting
        kinds = ("rows", "events", "mapped", "duplicates", "lost_cases")
        self.rows.update({kind: getattr(account, kind) for kind in kinds})
        self.rows["quarantined"] += len(account.quarantined)
        self.rows["numbers"] += reading.numbers
        self.cases += len(read.cases)
        for name in ("irrelevant", "unmapped", "skipped", "notes"):
            getattr(self, name).update(getattr(account, name))
        for link in account.links:
            counts = {"made": link.made, "none": link.none, "unknown": link.unknown}
            self.links.setdefault(link.field, Counter()).update(counts)
        made = [link.made for link in account.links]
        assumptions = assumptions_of(reading.mapping, reading.reader, read.assumed, made)
        self._assume([(one.da, one.en, one.count) for one in assumptions])

    def judged(self, plan: Plan, case: Case, rows: Iterable[Row]) -> list[Row]:
        """Count what was said of a case; the rows that are findings: statistics count, and never accuse."""
        duties, counted = split(plan, rows, case)
        for one in counted:
            self.counted.setdefault(one.rule, Counter())[json.dumps([one.verdict, one.days])] += 1
        faults = faults_of(duties)
        for row in duties:
            self.verdicts.setdefault(row.rule, Counter())[row.verdict] += 1
            self.subsumed[row.rule] += subsumed(plan.written[row.rule], row, faults) is not None
        return duties

    def compared(self, case: Case, as_of: date, gaps: frozenset[str]) -> None:
        """Count the decisions of a case that can be compared with others."""
        self.decided.update(json.dumps(one) for one in decisions_of(case, as_of, gaps))

    def gaps(self, plan: Plan, gaps: frozenset[str]) -> None:
        """Count the rules whose trigger may be missing from a case with gaps."""
        self.partly_known.update(rule.name for rule in plan.rules if gaps & {type_ for _, type_ in rule.each})

    def text(self) -> str:
        """The account as JSON."""
        return json.dumps(vars(self), ensure_ascii=False)

    # --------------------------------------------------------------------------------------------------- on the driver
    def add(self, text: str) -> None:
        """Add the account of another task."""
        other = json.loads(text)
        self.cases += other.pop("cases")
        self.rechecked += other.pop("rechecked")
        self._assume(other.pop("assumptions"))
        for name, counts in other.items():
            mine = getattr(self, name)
            if isinstance(mine, Counter):
                mine.update(counts)
            else:
                for key, of_key in counts.items():
                    mine.setdefault(key, Counter()).update(of_key)

    def _assume(self, given: Iterable[tuple[str, str, int | None]]) -> None:
        """Add how many values rest on each assumption: every part of an export has the same ones, in the same order."""
        given = [(da, en, count) for da, en, count in given]
        if not self.assumptions:
            self.assumptions = given
            return
        self.assumptions = [
            (da, en, None if count is None or more is None else count + more)
            for (da, en, count), (_, _, more) in zip(self.assumptions, given, strict=True)
        ]

    def accounting(self) -> Accounting:
        """Where every row went. The list of quarantined rows is a DataFrame of its own."""
        account = sources.Accounting(
            rows=self.rows["rows"],
            events=self.rows["events"],
            mapped=self.rows["mapped"],
            irrelevant=_few(self.irrelevant),
            unmapped=_few(self.unmapped),
            skipped=_few(self.skipped),
            quarantined=(),
            duplicates=self.rows["duplicates"],
            links=tuple(sources.LinkCount(name, **counts) for name, counts in self.links.items()),
            notes=self.notes,
        )
        said = accounted(account, self.cases)
        return said.model_copy(update={"quarantined": self.rows["quarantined"], "rows_without_case": self.rows["lost_cases"]})

    def statistics(self, plan: Plan) -> Iterator[Statistic]:
        """What the statistics of the rule set counted, in the order of the rules."""
        rows = [
            Counted(rule.name, Verdict(verdict), days)
            for rule in plan.rules
            for said, count in self.counted.get(rule.name, Counter()).items()
            for verdict, days in [json.loads(said)]
            for _ in range(count)
        ]
        return statistics_of(plan, rows)

    def tallies(self, plan: Plan, as_of: date) -> Iterator[RuleTally]:
        """How often each rule came to each verdict."""
        counts = Counts(WaiverBook((), as_of))
        counts.verdicts = {rule: Counter({Verdict(name): n for name, n in of.items()}) for rule, of in self.verdicts.items()}
        counts.subsumed, counts.not_applicable, counts.partly_known = self.subsumed, self.not_applicable, self.partly_known
        return counts.tallies(plan)

    def summary(self, plan: Plan, info: RuleSetInfo, as_of: date, mapping_sha256: str, version: str) -> SparkSummary:
        """All of it."""
        mapped = (Assumption(text=Words(da=da, en=en), count=count) for da, en, count in self.assumptions)
        ruled = (Assumption(text=Words(da=rule.assumption.da, en=rule.assumption.en)) for rule in plan.rules if rule.assumption)
        return SparkSummary(
            version=version,
            as_of=as_of,
            profile=plan.profile,
            ruleset=info,
            mapping_sha256=mapping_sha256,
            accounting=self.accounting(),
            tallies=tuple(self.tallies(plan, as_of)),
            statistics=tuple(self.statistics(plan)),
            equal_treatment=equal_treatment({Decided(*json.loads(one)): count for one, count in self.decided.items()}),
            not_checkable=not_checkable(plan),
            assumptions=(*mapped, *ruled),
            rechecked=self.rechecked,
        )


def _few(counter: Mapping[str, int]) -> Counter[str]:
    """At most so many names: tasks may have met more together than each of them counts apart."""
    ranked = sorted(counter.items(), key=lambda item: (item[0] == sources.OTHER, -item[1], item[0]))
    few = Counter(dict(ranked[:_OTHER]))
    few[sources.OTHER] += sum(count for _, count in ranked[_OTHER:])
    return +few
