"""How a report writes days, numbers and names in either language, and how it makes text that is not its own harmless."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date

from rebild_policy.labels import SEVERITIES, VALUES, VERDICTS, Label, event_label, field_label
from rebild_policy.privacy import redact
from rebild_policy.report.texts import ANSWERS, MEANINGS, MONTHS, NUMBERS, PLURALS, PROFILES, SHORT_MONTHS, TEXTS, UNITS, WEEKDAYS
from rebild_policy.results import Words
from rebild_policy.rules import Language, Severity

# Controls, formats (bidirectional marks and zero-width characters among them), surrogates, line and paragraph breaks.
_HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_BLANKS = "\n\r\t"
_LONGEST = 120
_HASH = re.compile(r"[0-9a-f]{16,}")
_DURATION = re.compile(r"(\d+) ([a-z ]+)")
_SUBSECTION = re.compile(r"((?:§+|art\.) ?\d+(?: ?[a-z])?)\((\d+)\)")
_NUMBER = re.compile(r" no\. (\d+)")


def safe(text: str) -> str:
    """`text` as output may show it: without CPR shapes, on one line, with every hidden character made visible."""
    text = redact(text)
    return text if text.isprintable() else "".join(_visible(char) for char in text)


def _visible(char: str) -> str:
    if char in _BLANKS:
        return " "
    return f"⟨U+{ord(char):04X}⟩" if unicodedata.category(char) in _HIDDEN else char


def capital(text: str) -> str:
    """`text` with a capital first letter, as a sentence begins."""
    return text[:1].upper() + text[1:]


def grouped(digest: str, length: int | None = None) -> list[str]:
    """A hash in groups of four, which people can compare, and which can't be taken for a CPR number."""
    digest = (digest if _HASH.fullmatch(digest) else safe(digest))[:length]
    return [digest[start : start + 4] for start in range(0, len(digest), 4)]


class Writer:
    """Writes in one language."""

    def __init__(self, lang: Language) -> None:
        self.lang: Language = lang

    # -------------------------------------------------------------------------------------------------------------- texts
    def pick(self, label: Label) -> str:
        """A label in the language."""
        return label.da if self.lang == "da" else label.en

    def say(self, key: str, **values: object) -> str:
        """The text of a name, with its places filled; numbers are written as people read them."""
        one = f"{key}.one"
        label = TEXTS[one if values.get("n") == 1 and one in TEXTS else key]
        return self.pick(label).format(**{name: self._written(value) for name, value in values.items()})

    def _written(self, value: object) -> str:
        if isinstance(value, date):
            return self.day(value)
        return self.number(value) if isinstance(value, int) else str(value)

    def words(self, words: Words) -> str:
        """What a rule says, in the language."""
        return safe(words.da if self.lang == "da" else words.en)

    def verdict(self, verdict: str) -> str:
        """The name of a verdict."""
        return self.pick(VERDICTS[verdict])

    def counted(self, verdict: str, number: int) -> str:
        """The name of a verdict after a number."""
        many = PLURALS.get(verdict) if number != 1 else None
        return self.pick(many) if many else self.verdict(verdict)

    def meaning(self, verdict: str) -> str:
        """What a verdict means."""
        return self.pick(MEANINGS[verdict])

    def severity(self, severity: Severity) -> str:
        """The name of a severity."""
        return self.pick(SEVERITIES[severity])

    def profile(self, profile: str) -> str:
        """The name of a profile."""
        return self.pick(PROFILES[profile])

    def answer(self, answer: str) -> str:
        """How a statement without verdicts is answered."""
        return self.pick(ANSWERS[answer])

    # ------------------------------------------------------------------------------------------------- numbers and days
    def day(self, day: date) -> str:
        """19. januar 2026, or 2026-01-19."""
        return f"{day.day}. {MONTHS[day.month - 1]} {day.year}" if self.lang == "da" else day.isoformat()

    def short(self, day: date) -> str:
        """19. jan., or 19 Jan: a day of a year that is plain from what stands beside it."""
        return self.say("short-day", day=str(day.day), month=self.pick(SHORT_MONTHS[day.month - 1]))

    def month(self, day: date) -> str:
        """jan. 2026, or Jan 2026."""
        return f"{self.pick(SHORT_MONTHS[day.month - 1])} {day.year}"

    def weekday(self, day: date) -> str:
        """The day of the week, short."""
        return self.pick(WEEKDAYS[day.weekday()])

    def number(self, number: int) -> str:
        """1.434 or 1,434."""
        return f"{number:,}".replace(",", "." if self.lang == "da" else ",")

    def share(self, part: int, whole: int) -> str:
        """A part of a whole in per cent; never 0 for some and never 100 for less than all."""
        if whole == 0:
            return "–"
        rounded = round(100 * part / whole)
        if part and rounded == 0:
            return self.say("share-under")
        return self.say("share-over") if part < whole and rounded == 100 else self.say("share", n=rounded)  # noqa: PLR2004

    def length(self, number: int, unit: str) -> str:
        """A length of time with small numbers in words: two working days."""
        unit = unit.removesuffix("s") if number == 1 else unit
        written = self.pick(NUMBERS[number]) if number < len(NUMBERS) else self.number(number)
        return f"{written} {self.pick(UNITS[unit])}"

    def duration(self, text: str) -> str:
        """A duration of a rule, such as 10 working days; any other text as it is."""
        found = _DURATION.fullmatch(text)
        if found is None or found[2] not in UNITS:
            return safe(text)
        return f"{self.number(int(found[1]))} {self.pick(UNITS[found[2]])}"

    # -------------------------------------------------------------------------------------------------------------- names
    def name(self, text: str) -> str:
        """An id or a name from the export: harmless, and cut short where it is beyond reading."""
        shown = safe(text)
        if len(shown) <= _LONGEST:
            return shown
        return self.say("cut", start=shown[:_LONGEST], length=len(text))

    def quoted(self, text: str) -> str:
        """In the quotation marks of the language."""
        return self.say("quoted", text=text)

    def event(self, type_: str) -> str:
        """The name of an event type."""
        return self.name(event_label(type_, self.lang))

    def field(self, type_: str, field: str) -> str:
        """The name of a field."""
        return self.name(field_label(type_, field, self.lang))

    def value(self, field: str, value: object) -> str:
        """A value of a field: a day, a number, yes or no, the name of a choice, or an id."""
        if isinstance(value, bool):
            value = str(value).lower()
        if isinstance(value, date | int):
            return self._written(value)
        text = str(value)
        known = VALUES.get(f"{field}.{text}") or VALUES.get(text)
        return self.pick(known) if known else self.name(text)

    def place(self, name: str) -> str:
        """A type, or a field of a type, as a source is said not to record it."""
        type_, _, field = name.partition(".")
        return self.field_of(type_, field or None)

    def field_of(self, type_: str, field: str | None) -> str:
        """»datostemplet den« for »henvendelse modtaget«; the bare type without a field."""
        event = self.say("the-case") if type_ == "case" else self.quoted(self.event(type_))
        return self.say("field-of", field=self.quoted(self.field(type_, field)), event=event) if field else event

    def law(self, reference: str, *, unverified: bool = False) -> str:
        """A reference to a statute, with a mark if its words were not checked; in Danish FVL § 19(1) is FVL § 19, stk. 1."""
        mark = self.say("unverified")
        return f"{self._law(reference)} ({mark})" if unverified else self._law(reference)

    def _law(self, reference: str) -> str:
        if self.lang == "en":
            return safe(reference)
        return _NUMBER.sub(r", nr. \1", _SUBSECTION.sub(r"\1, stk. \2", safe(reference)))

    def listing(self, parts: Iterable[str], joint: str = "and") -> str:
        """a, b and c."""
        *first, last = parts
        return self.say(joint).join([", ".join(first), last]) if first else last
