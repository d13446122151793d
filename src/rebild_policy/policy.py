"""The policy: rules loaded, planned and ready to judge cases. The object that users hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, get_args

from rebild_policy.audits.casewise import run_audit
from rebild_policy.audits.choosing import bulk_audit, chosen_engine
from rebild_policy.audits.counts import Ready
from rebild_policy.audits.request import Progress, Request
from rebild_policy.audits.results import Audit
from rebild_policy.bundled import rules_folder
from rebild_policy.calendar import Calendar
from rebild_policy.crosscheck import CrossCheck
from rebild_policy.engines import ENGINES
from rebild_policy.errors import UsageError, did_you_mean
from rebild_policy.explaining.explain import Explainer
from rebild_policy.expressions import UNKNOWN
from rebild_policy.facts import Case, Coverage, Event, SameDay
from rebild_policy.findings import findings_of, not_checkable, split, statistics_of
from rebild_policy.loading import RuleSet, load_rules
from rebild_policy.overlays import with_overlay
from rebild_policy.parameters import ParameterDefinition, override
from rebild_policy.plan import build_plan
from rebild_policy.previews import Preview, placed, preview
from rebild_policy.results import OverlayChange, OverlayChanges, ParameterInfo, Report, Row, RuleSetInfo, Words
from rebild_policy.rules import Profile, Rule
from rebild_policy.sources.pseudonyms import Pseudonyms
from rebild_policy.sources.records import ArrowTable
from rebild_policy.waivers import Waiver, WaiverBook

_KEPT_PLANS = 64  # coverages come from mappings and from gaps of single cases; few recur


class Policy:
    """Rules of one profile, ready to check cases. Thread-safe once made; make one and keep it.

    `profile`: "guideline" is the text, literally; "statutory" adds the statute's exceptions and duties.
    """

    def __init__(self, ruleset: RuleSet, *, profile: Profile = "guideline", calendar: Calendar | None = None) -> None:
        if profile not in get_args(Profile):
            raise UsageError(f"unknown profile '{profile}'.", remedy=did_you_mean(str(profile), get_args(Profile)))
        self.ruleset = ruleset
        self.profile: Profile = profile
        self.calendar = calendar or Calendar()
        self._ready: dict[tuple[Coverage, SameDay, str, frozenset[str]], Ready] = {}
        self._parameters: tuple[date, tuple[ParameterInfo, ...]] = (date.min, ())
        self._default = self.ready(Coverage.all(), "unknown", "compiled")

    # ------------------------------------------------------------------------------------------------------------ making
    @classmethod
    def rebild(
        cls,
        *,
        profile: Profile = "guideline",
        parameters: Mapping[str, object] | None = None,
        calendar: Calendar | None = None,
        overlay: Path | str | None = None,
    ) -> Policy:
        """The bundled rules: the guideline "Sådan møder vi borgeren" of Rebild Kommune.

        `parameters` sets values for all days: `{"reply_deadline": "8 working days"}`. Raises `UsageError` and `RuleError`.
        """
        return cls.load(rules_folder(), profile=profile, parameters=parameters, calendar=calendar, overlay=overlay)

    @classmethod
    def load(
        cls,
        folder: Path | str,
        *,
        profile: Profile = "guideline",
        parameters: Mapping[str, object] | None = None,
        calendar: Calendar | None = None,
        overlay: Path | str | None = None,
    ) -> Policy:
        """The rules of a folder, as the overlay in another folder changes them.

        Raises `RuleError` with file and line for the first thing that is wrong.
        """
        ruleset = load_rules(Path(folder))
        if overlay is not None:
            ruleset = with_overlay(ruleset, Path(overlay))
        if parameters:
            ruleset = replace(ruleset, parameters=override(ruleset.parameters, dict(parameters)))
        return cls(ruleset, profile=profile, calendar=calendar)

    def ready(
        self,
        coverage: Coverage,
        same_day: SameDay = "unknown",
        engine: str = "compiled",
        gaps: frozenset[str] = frozenset(),
    ) -> Ready:
        """The plan and the engine for a coverage; kept, since making them costs milliseconds."""
        if not isinstance(coverage, Coverage):
            raise UsageError("the coverage is not a Coverage.", remedy="Write Coverage.all().without('hearing_sent').")
        key = (coverage, same_day, engine, gaps)
        found = self._ready.pop(key, None)
        if found is None:
            if same_day not in get_args(SameDay):
                raise UsageError(f"unknown order of equal days '{same_day}'.", remedy=did_you_mean(same_day, get_args(SameDay)))
            make = ENGINES.get(engine)
            if make is None:
                raise UsageError(f"unknown engine '{engine}'.", remedy=did_you_mean(engine, ENGINES))
            if gaps:
                plan = self.ready(coverage, same_day, engine).plan.with_gaps(gaps)
            else:
                plan = build_plan(
                    self.ruleset, profile=self.profile, coverage=coverage, same_day=same_day, calendar=self.calendar
                )
            found = Ready(plan, make(plan), make(plan.duties))
            # A copy of the keys: another thread may add one meanwhile. The one that was not used for longest is the first.
            for old in list(self._ready)[: max(0, len(self._ready) - _KEPT_PLANS + 1)]:
                self._ready.pop(old, None)
        self._ready[key] = found
        return found

    # ---------------------------------------------------------------------------------------------------------- checking
    def verdicts(self, case: Case, as_of: date, *, coverage: Coverage | None = None, same_day: SameDay = "unknown") -> list[Row]:
        """The verdicts on a case as plain tuples: rule, trigger's id, ids of the other events, verdict, due date.

        They are those of the findings of `check`, in the same order; statistics, which never accuse, are not among them.
        """
        if type(as_of) is not date:
            check_day(as_of)
        if coverage is None and same_day == "unknown":
            return self._default.duties.verdicts(case, as_of)
        return self.ready(coverage or Coverage.all(), same_day).duties.verdicts(case, as_of)

    def check(
        self,
        case: Case,
        as_of: date,
        *,
        coverage: Coverage | None = None,
        same_day: SameDay = "unknown",
        engine: str = "compiled",
        cross_check: str | CrossCheck | None = None,
        waivers: Iterable[Waiver] = (),
    ) -> Report:
        """Check a case as of the end of a day.

        `coverage` names what the source of the case does not record; by itself a case records everything. `waivers`: see
        `read_waivers`. `cross_check` names an engine that judges the case as well. Explanations are made when they are read.
        Raises `UsageError` for a wrong argument, and `DisagreementError` where the two engines differ.
        """
        check_day(as_of)
        if not isinstance(case, Case):
            raise UsageError("the case to check is not a Case.", remedy="Make one of a mapping with Case.read(...).")
        plan, judge, _ = self.ready(coverage or Coverage.all(), same_day, engine)
        second = CrossCheck.by(cross_check)
        if second is None:
            judgement = judge.judge(case, as_of)
        else:
            other = self.ready(coverage or Coverage.all(), same_day, second.engine).engine
            judgement = second.hold(plan, (engine, judge, other), case, as_of, case.id)
        duties, counted = split(plan, judgement.rows, case)
        book = WaiverBook((waiver for waiver in waivers if waiver.case == case.id), as_of)
        return Report(
            case=case.id,
            as_of=as_of,
            profile=self.profile,
            ruleset=self.info,
            parameters=self.parameters_on(as_of),
            findings=tuple(findings_of(plan, duties, Explainer(plan, case, as_of), book)),
            not_applicable=judgement.not_applicable,
            not_checkable=not_checkable(plan),
            statistics=tuple(statistics_of(plan, counted)),
            decides=self.decides,
            waiver_notes=tuple(book.notes()),
        )

    def preview(
        self,
        case: Case,
        event: Event | Mapping[str, Any],
        *,
        as_of: date | None = None,
        coverage: Coverage | None = None,
        same_day: SameDay = "unknown",
    ) -> Preview:
        """What would deviate, and what would fall due, if an event, such as a decision or a letter, were on record.

        `event` may be a mapping without an id. `as_of` is its day by itself. Raises `CaseError` for what is no event, and
        `UsageError` for an id that the case has, and for an event after `as_of`.
        """
        with_it, new = placed(case, event)
        day = as_of or new.day
        if new.day > day:
            raise UsageError("the event to preview lies after as_of.", remedy="Leave as_of out: it is the day of the event.")
        before, after = (self.check(one, day, coverage=coverage, same_day=same_day) for one in (case, with_it))
        plan = self.ready(coverage or Coverage.all(), same_day).plan
        return preview(Explainer(plan, with_it, day).event(new.id), before, after)

    def check_many(
        self, cases: Iterable[Case], as_of: date, *, coverage: Coverage | None = None, same_day: SameDay = "unknown"
    ) -> Iterator[Report]:
        """Check cases one after the other; see `check`."""
        check_day(as_of)
        return (self.check(case, as_of, coverage=coverage, same_day=same_day) for case in cases)

    def audit(  # noqa: PLR0913 - one for each thing that can be asked of an audit
        self,
        export: Path | str | ArrowTable,
        mapping: Path | str,
        as_of: date,
        *,
        command: str = "",
        progress: Progress | None = None,
        cross_check: str | CrossCheck | None = None,
        waivers: Iterable[Waiver] = (),
        pseudonyms: Pseudonyms | None = None,
        engine: str = "auto",
        work: Path | str | None = None,
        resume: bool = False,
    ) -> Audit:
        """Check every case of an export, read through a mapping file, as of the end of a day.

        The export is a file, or a table in memory of pandas, Polars, PyArrow or another library that speaks Arrow.

        With `pseudonyms`, the ids of cases, people and events are replaced by keyed hashes as they are read.

        `engine`: "compiled" holds the export in memory and judges case by case; "tables" judges buckets of cases by DuckDB, in a
        memory that does not grow with the export; "auto" takes the tables for a file of 32 MB or more, if they are installed.
        With the tables, `Audit.findings` are the worst, and `work` names a folder that keeps what is done, so that a run that
        was stopped can be taken up again with `resume`.

        Bad rows are quarantined and counted; the audit goes on. `cross_check` names an engine that judges every case as well.
        Raises `SourceError` for an export that can't be read, `MappingError` for a mapping that is wrong or does not fit it,
        and `DisagreementError` for the first case on which two engines differ.
        """
        check_day(as_of)
        book = WaiverBook(waivers, as_of)
        second = CrossCheck.by(cross_check)
        if second:
            self.ready(Coverage.all(), "unknown", second.engine)  # an engine that isn't there is said before the export is read
        request = Request(
            judge=self,
            export=export if isinstance(export, ArrowTable) else Path(export),
            mapping_path=Path(mapping),
            as_of=as_of,
            command=command,
            waivers=book,
            pseudonyms=pseudonyms,
            progress=progress,
        )
        # A cross-check and the table engine are two ways to the same end: the reference judges a part of the cases again.
        chosen = chosen_engine("compiled" if second and engine == "auto" and not work else engine, request.export)
        if (work or resume) and engine == "auto":
            chosen = chosen_engine("tables", request.export)
        if chosen == "tables":
            if second:
                raise UsageError(
                    "the engine 'tables' takes no cross-check.", remedy="Leave it out, or take the engine 'compiled'."
                )
            audit: Audit = bulk_audit().run_bulk_audit(request, work=Path(work) if work else None, resume=resume)
            return audit
        if work or resume:
            raise UsageError("the engine 'compiled' keeps no work.", remedy="Leave out work and resume, or take 'tables'.")
        return run_audit(request, second)

    # --------------------------------------------------------------------------------------------------------- describing
    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules of the profile, as their authors wrote them."""
        return tuple(rule for rule in self.ruleset.rules if rule.profile in {None, self.profile})

    @cached_property
    def info(self) -> RuleSetInfo:
        """Name, version and content hash of the rules."""
        ruleset, overlay = self.ruleset, self.ruleset.overlay
        return RuleSetInfo(
            name=ruleset.name,
            version=ruleset.version,
            digest=ruleset.digest,
            overlay=OverlayChanges(
                name=overlay.name,
                title=Words(da=overlay.title.da, en=overlay.title.en),
                digest=overlay.digest,
                changes=tuple(OverlayChange(**switch._asdict()) for switch in overlay.switches),
            )
            if overlay
            else None,
        )

    @cached_property
    def decides(self) -> tuple[str, ...]:
        """The statements that the rules of the profile decide."""
        return tuple(sorted({name for rule in self.rules for name in rule.statements}))

    def parameters_on(self, day: date) -> tuple[ParameterInfo, ...]:
        """The parameters in force on a day; those without a value then, and tables, are left out."""
        # Many cases are checked as of one day: the last answer is kept.
        if self._parameters[0] != day:
            self._parameters = (day, self._in_force(day))
        return self._parameters[1]

    def _in_force(self, day: date) -> tuple[ParameterInfo, ...]:
        return tuple(
            ParameterInfo(name=name, title=Words(da=parameter.title.da, en=parameter.title.en), value=_shown(parameter, day))
            for name, parameter in self.ruleset.parameters.items()
            if parameter.kind != "table" and parameter.on(day) is not UNKNOWN
        )


def _shown(parameter: ParameterDefinition, day: date) -> str:
    value = parameter.on(day)
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def check_day(as_of: object) -> None:
    """Raises `UsageError` for what is no date."""
    if not isinstance(as_of, date) or isinstance(as_of, datetime):
        raise UsageError("as_of is a date.", remedy="Write date(2026, 5, 1); nothing reads the clock by itself.")
