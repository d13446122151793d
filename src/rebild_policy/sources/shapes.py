"""The mapping file: how the rows of one system's export become events. Its JSON Schema comes from these models.

mapping: sbsys
columns: {case: Sagsnr, activity: Aktivitet, time: Dato, channel: Kanal}
time: {format: ["%d-%m-%Y %H:%M", "%d-%m-%Y"], zone: Europe/Copenhagen}
activities:
  Svar sendt:
    - event: reply_sent
      set: {channel: {column: channel, values: {Brev: post, E-mail: email}}}
links: {reply_sent.inquiry: latest earlier unanswered inquiry_received}
covers: {reply_sent: [inquiry, channel]}
irrelevant: [Sag oprettet]
"""

from __future__ import annotations

import keyword
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import (
    BeforeValidator,
    Field,
    PrivateAttr,
    StrictBool,
    StrictInt,
    StrictStr,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from rebild_policy.errors import Location
from rebild_policy.rulefiles import Shape, TextShape, Variable, Words

ALL_FIELDS = ("all",)
REQUIRED_COLUMNS = ("case", "activity", "time")

Constant = StrictBool | StrictInt | StrictStr | date
Format = Literal["csv", "jsonl", "json", "parquet", "xlsx", "xes", "ocel", "sql"]
Precision = Literal["clock", "day", "midnight-is-day"]


def _listed(names: object) -> object:
    return [names] if isinstance(names, str) else names


def _events_listed(events: object) -> object:
    if not isinstance(events, list):
        raise ValueError("the events of an activity are a list: '- event: reply_sent'")  # noqa: TRY004 - pydantic's own
    return events


_OneOrMany = WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]})
_FieldsOrAll = WithJsonSchema({"anyOf": [{"const": "all"}, {"type": "array", "items": {"type": "string"}}]})


_ONLY_OF: dict[Format, set[str]] = {
    "csv": {"delimiter", "quote"},
    "json": {"records"},
    "xlsx": {"sheet"},
    "ocel": {"case_object"},
}


# ---------------------------------------------------------------------------------------------------------------- parts
class SourceFormat(Shape):
    """How the file is written."""

    format: Format | None = Field(
        default=None,
        description="Without it, the end of the file's name says it, such as .csv or .xlsx; csv where it says nothing.",
    )
    encoding: Literal["utf-8", "utf-8-sig", "cp1252", "iso-8859-1", "utf-16"] = Field(
        default="utf-8",
        description="csv, jsonl, json: the encoding of the text. A byte order mark in UTF-8 is accepted either way; UTF-16 "
        "needs one.",
    )
    delimiter: str = Field(
        default=",", pattern=r'^[^"\r\n\x00]$', description="csv: what stands between fields, such as ';' or '\\t'."
    )
    quote: Literal['"', "'"] | None = Field(
        default='"', description="csv: what encloses a field that holds the delimiter; null where nothing does."
    )
    records: str | None = Field(
        default=None,
        description="json: where in the document the list of rows stands, such as 'dokumenter', or 'svar.rows' one level down.",
    )
    sheet: str | None = Field(default=None, description="xlsx: the sheet to read; needed where there are several.")
    case_object: str | None = Field(default=None, description="ocel: the type of object that is the case.")
    query: str | None = Field(
        default=None,
        description="sql: a SELECT whose columns are the export's. EXPORT is then env:NAME, for a variable that holds the URL of "
        "the database; a file that holds it; or an SQLite database.",
    )
    decimal: Literal[",", "."] | None = Field(
        default=None,
        description="How numbers are written: ',' reads 1.000,0 as a thousand, '.' reads 1,000.0 so. Without it, a whole "
        "number is digits alone.",
    )

    @model_validator(mode="after")
    def _of_the_format(self) -> Self:
        for kind, names in _ONLY_OF.items():
            if self.format not in {None, kind} and self.model_fields_set & names:
                raise ValueError(f"{' and '.join(sorted(names))} belong{'s' if len(names) == 1 else ''} to {kind}")
        return self


class TimeSettings(Shape):
    """How times are written and read."""

    format: Annotated[tuple[Words, ...], BeforeValidator(_listed), Field(min_length=1), _OneOrMany] = Field(
        default=("iso",),
        description="iso (2026-01-05, with a clock time and an offset or without), epoch (seconds since 1970), or a "
        "pattern such as '%d-%m-%Y %H:%M'; a list is tried in turn. A pattern without a clock gives a day.",
    )
    zone: str = Field(default="Europe/Copenhagen", description="The zone of times that are written without an offset.")
    precision: Precision = Field(
        default="clock",
        description="clock: as written; day: the clock times are not to be trusted and are dropped; midnight-is-day: a "
        "time of exactly midnight stands for the day.",
    )
    same_day: Literal["unknown", "source-order"] = Field(
        default="unknown", description="The order of two events on one day where a clock time is missing."
    )


class FieldSource(Shape):
    """Where a field's value comes from: a constant, or a column."""

    value: Constant | None = Field(default=None, description="The same value every time.")
    column: str | None = Field(default=None, description="The short name of a column; an empty cell is no value.")
    values: dict[str, Constant | None] | None = Field(
        default=None, description="What each text of the column stands for; any other text puts the row in quarantine."
    )
    assumption: TextShape | None = Field(
        default=None, description="Said in every report, with the number of values it stands behind."
    )

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if (self.value is None) == (self.column is None):
            raise ValueError("give either a value or a column")
        if self.values is not None and self.column is None:
            raise ValueError("values translate a column: name it")
        return self


class EventTime(Shape):
    """Another time than the row's own."""

    column: str = Field(description="The short name of the column that holds it.")
    precision: Precision | None = Field(default=None, description="If other than that of the export.")


class EventMapping(Shape):
    """An event that a row of this activity gives."""

    event: str = Field(description="The event type.")
    time: EventTime | None = Field(default=None, description="Where it happened at another time than the row's own.")
    when: str | None = Field(
        default=None,
        description="Only where this holds of the row: row.channel != 'Intern'; present(row.deadline). Every value is "
        "a text. Where an empty cell leaves it open, the row goes to quarantine.",
    )
    assign: dict[str, FieldSource] = Field(default={}, alias="set", description="The fields of the event.")


# -------------------------------------------------------------------------------------------------------------- mapping
class Mapping(Shape):
    """A mapping file. Read one with `load_mapping`; `file` and `sha256` say which file it was."""

    mapping: Words = Field(description="The name of the mapping.")
    title: TextShape | None = Field(default=None, description="What it maps, for people.")
    source: SourceFormat = SourceFormat()
    columns: dict[Variable, Words] = Field(
        description="Short names for the columns: case, activity and time; id where the export has one (it is unique "
        "within the case; without it the line number makes the id: row-17); and any other that is used below."
    )
    time: TimeSettings = TimeSettings()
    case: dict[str, FieldSource] = Field(
        default={},
        description="Fields of the case, from the first row of it that has a value. Rows that contradict each other "
        "make it unknown in that case.",
    )
    people: tuple[Variable, ...] = Field(
        default=(),
        description="Short names of columns that hold ids of citizens or employees, for --pseudonymise. The fields actor, "
        "employee, caseworker, decided_by and handled_by always do.",
    )
    activities: dict[str, Annotated[tuple[EventMapping, ...], Field(min_length=1), BeforeValidator(_events_listed)]] = Field(
        min_length=1,
        description="The events that a row of each activity gives; of several, the second is 'row-17.2'.",
    )
    links: dict[str, str] = Field(
        default={},
        description="How events are linked where the export does not say: 'reply_sent.inquiry: latest earlier "
        "unanswered inquiry_received'. Policies: latest earlier TYPE, latest earlier unanswered TYPE, earliest earlier "
        "unanswered TYPE, only TYPE. Reported as an assumption.",
    )
    covers: dict[str, Annotated[tuple[str, ...], BeforeValidator(_listed), _FieldsOrAll]] = Field(
        default={},
        description="The promise that an empty place is a fact: event types whose every occurrence is in the export, "
        "each with the fields that are empty only where there is nothing to say, or all. What is not listed is unknown where "
        "it is empty.",
    )
    case_covers: tuple[str, ...] = Field(default=(), description="The same for fields of the case.")
    assumptions: tuple[TextShape, ...] = Field(default=(), description="Further assumptions, said in every report.")
    irrelevant: tuple[str, ...] = Field(default=(), description="Activities that are no event of the vocabulary.")

    _file: str = PrivateAttr(default="")
    _sha256: str = PrivateAttr(default="")
    _column_lines: dict[str, int] = PrivateAttr(default_factory=dict)

    @field_validator("columns")
    @classmethod
    def _columns_usable(cls, columns: dict[str, str]) -> dict[str, str]:
        missing = [name for name in REQUIRED_COLUMNS if name not in columns]
        if missing:
            raise ValueError(f"name the column of {' and '.join(missing)}")
        reserved = [name for name in columns if keyword.iskeyword(name)]
        if reserved:
            raise ValueError(f"'{reserved[0]}' can't be a short name: it is a word of the rule language")
        return columns

    def came_from(self, file: str, sha256: str, column_lines: dict[str, int]) -> Self:
        """Remember the file that this was read from."""
        self._file, self._sha256, self._column_lines = file, sha256, column_lines
        return self

    @property
    def file(self) -> str:
        """The file that it was read from, as errors show it."""
        return self._file

    @property
    def sha256(self) -> str:
        """The hash of the file's bytes, in hexadecimal."""
        return self._sha256

    def at(self, short: str) -> Location:
        """Where the mapping file names the column `short`."""
        return Location(self._file, self._column_lines.get(short, 0))
