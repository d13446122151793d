"""The shapes of the files in `rules/`: what an author may write, before it means anything. The JSON Schemas come from here."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, StrictBool, StrictInt, Tag, WithJsonSchema

from rebild_policy.calendar import MAX_VALUE
from rebild_policy.facts import read_day
from rebild_policy.rules import Profile, Severity, Text


class Shape(BaseModel):
    """Base of all shapes: keys that do not exist are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


Words = Annotated[str, Field(min_length=1)]
NAME = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
STATEMENT_ID = r"^[A-Z]+\d+$"
Name = Annotated[str, Field(pattern=NAME)]
Variable = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Condition = str | StrictBool
Day = Annotated[date, BeforeValidator(read_day)]  # pydantic by itself takes a number for seconds since 1970


class TextShape(Shape):
    """Words in Danish and English."""

    da: Words
    en: Words

    @property
    def text(self) -> Text:
        """As the rest of the library holds it."""
        return Text(self.da, self.en)


# ------------------------------------------------------------------------------------------------------------------ nodes
Sought = Annotated[dict[Variable, str | Annotated[list[str], Field(min_length=1)]], Field(min_length=1, max_length=1)]


class QuantifierShape(Shape):
    """What `some` and `none` share: where the event is placed, what it is linked to, and by when."""

    of: Variable | None = None
    before: Variable | None = None
    after: Variable | None = None
    between: tuple[Variable, Variable] | None = None
    within: str | None = None
    start: str | None = Field(default=None, alias="from")
    by: str | None = None
    paused_by: Literal["suspension"] | None = None
    roll: Literal["next working day"] | None = None
    same: str | None = None
    where: Condition | None = None
    profile: Profile | None = None


class SomeShape(QuantifierShape):
    """There is such an event."""

    some: Sought


class NoneShape(QuantifierShape):
    """There is no such event."""

    none: Sought


class HoldsShape(Shape):
    """A condition on the bound events and the case."""

    holds: Condition
    profile: Profile | None = None


class AllShape(Shape):
    """All of the parts."""

    all: Annotated[list[NodeShape], Field(min_length=1)]
    profile: Profile | None = None


class AnyShape(Shape):
    """At least one of the parts."""

    any: Annotated[list[NodeShape], Field(min_length=1)]
    profile: Profile | None = None


def _kind_of(node: Any) -> str | None:
    keys = node if isinstance(node, dict) else vars(node) if isinstance(node, Shape) else {}
    return next((kind for kind in ("some", "none", "holds", "all", "any") if kind in keys), None)


NodeShape = Annotated[
    Annotated[SomeShape, Tag("some")]
    | Annotated[NoneShape, Tag("none")]
    | Annotated[HoldsShape, Tag("holds")]
    | Annotated[AllShape, Tag("all")]
    | Annotated[AnyShape, Tag("any")],
    Discriminator(
        _kind_of,
        custom_error_type="node",
        custom_error_message="this is none of some, none, holds, any, all",
    ),
]


# ------------------------------------------------------------------------------------------------------------------ rules
# Checked where examples are read, which knows the nearest right word; editors learn the words from here.
VERDICTS = ("satisfied", "exempt", "undetermined", "pending", "violated")
NOT_APPLICABLE = "not applicable"
Said = Annotated[str, WithJsonSchema({"type": "string", "enum": [*VERDICTS, NOT_APPLICABLE]})]


class ExampleShape(Shape):
    """A small case with the verdict that the rule must give it.

    An event is short: `{decision: 2026-01-05, outcome: refused}`. Its first key is a variable of the rule or an event type,
    with the time; the variable's name is its id unless `id` says another. `note` is no field: it says why an event stands
    there that the rule has no use for.
    """

    name: TextShape
    as_of: Day
    profile: Profile | None = None
    deadline: Literal["last day", "day after"] | None = None
    objection: str | None = None
    without: list[str] = []
    same_day: Literal["unknown", "source-order"] = "unknown"
    parameters: dict[str, Any] = {}
    case: dict[str, Any] = {}
    events: list[dict[str, Any]]
    expect: Said | dict[str, Said]
    due: Day | None = None


class ValidShape(Shape):
    """The days on which the rule is in force, by the trigger's day; both ends are included."""

    since: Day | None = Field(default=None, alias="from")
    until: Day | None = Field(default=None, alias="to")


class RuleShape(Shape):
    """One rule, in a file of its own, named for the fault. The keys stand here in their canonical order."""

    rule: Name
    title: TextShape
    statements: Annotated[list[str], Field(min_length=1)]
    law: list[str]
    severity: Severity
    kind: Literal["duty", "statistic"] = "duty"
    measure: str | None = None
    profile: Profile | None = None
    valid: ValidShape = ValidShape()
    each: Annotated[dict[Variable, str], Field(min_length=1, max_length=4)]
    condition: Condition = Field(default=True, alias="if")
    unless: list[NodeShape] = []
    require: Annotated[list[NodeShape], Field(min_length=1)] | Literal["never"]
    subsumed_by: Name | None = None
    assumption: TextShape | None = None
    message: TextShape
    remedy: TextShape
    not_formalised: TextShape
    examples: list[ExampleShape]


# ------------------------------------------------------------------------------------------------------------ other files
class TermShape(Shape):
    """A named condition: `of` types its events, `means` says what it stands for."""

    title: TextShape
    of: Annotated[dict[Variable, str], Field(min_length=1)]
    means: str


class TermsShape(Shape):
    """The file `terms.yaml`."""

    terms: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], TermShape]


class DatedShape(Shape):
    """A value in force from a day on."""

    since: Day = Field(alias="from")
    value: Any
    reference: Words


class RowShape(Shape):
    """One adopted processing time. Only a row with `in_force: true` is used."""

    case_kind: Words
    value: Annotated[StrictInt, Field(ge=0, le=MAX_VALUE)]
    unit: Literal["working days", "days", "weeks", "months"]
    start: Words
    end: Words
    adopted_on: Day | None = None
    adopted_by: str | None = None
    published_at: str | None = None
    valid_from: Day
    valid_to: Day | None = None
    in_force: bool


class ParameterShape(Shape):
    """One parameter, in a file of its own under `parameters/`."""

    parameter: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    kind: Literal["duration", "number", "flag", "text", "list", "table"]
    title: TextShape
    values: list[DatedShape] = []
    rows: list[RowShape] = []
    assumption: TextShape | None = None


class StatementShape(Shape):
    """One statement of the guideline."""

    id: Annotated[str, Field(pattern=STATEMENT_ID)]
    section: str
    gloss: TextShape
    quote: Words
    modality: str
    law: list[str] = []
    answer: Literal["rules", "statistic", "review", "context"]
    across: Literal["equal-treatment"] | None = None
    question: TextShape | None = None
    reason: TextShape | None = None


class StatementsShape(Shape):
    """The file `statements.yaml`."""

    sections: dict[str, TextShape]
    statements: list[StatementShape]


class UnreachableShape(Shape):
    """A truth that no example can show: the rule or term, the place and its words as `coverage` prints them, and why."""

    rule: str
    place: str
    text: str
    value: Literal["true", "false", "unknown", "open"]
    why: Words


class EquivalentShape(Shape):
    """A mutant that means the same as the rule: its name as `mutate` prints it, and why no case can tell them apart."""

    mutant: str
    why: Words


class AcceptedShape(Shape):
    """A remark of `lint` that stands: the check, what it is about, and why."""

    check: Name
    about: str
    why: Words


class ExceptionsShape(Shape):
    """The file `exceptions.yaml`: what the proof of the rules leaves out, each with its reason."""

    unreachable: list[UnreachableShape] = []
    equivalent: list[EquivalentShape] = []
    accepted: list[AcceptedShape] = []


class LawShape(Shape):
    """A statute or a principle; `verified` lists the provisions that were checked, each covering its subsections."""

    name: Words
    title: TextShape
    verified: list[str] = []


class LawsShape(Shape):
    """The file `laws.yaml`."""

    laws: list[LawShape]


class SettingShape(Shape):
    """A parameter set to another value: for all days, or from one on."""

    value: Any
    since: Day | None = Field(default=None, alias="from")
    reason: Words


class SeverityShape(Shape):
    """A rule given another severity."""

    severity: Severity
    reason: Words


class OffShape(Shape):
    """A rule switched off."""

    reason: Words


class OverlayShape(Shape):
    """The file `overlay.yaml`: what a municipality changes of a rule set, each change with its reason."""

    overlay: Name
    title: TextShape
    parameters: dict[str, SettingShape] = {}
    severities: dict[Name, SeverityShape] = {}
    off: dict[Name, OffShape] = {}


class RuleSetShape(Shape):
    """The file `ruleset.yaml`: what this set of rules is called, and its version."""

    ruleset: Name
    version: Annotated[str, Field(pattern=r"^\d+\.\d+\.\d+$")]
    title: TextShape
