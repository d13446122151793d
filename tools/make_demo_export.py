"""Make the demo's export, src/rebild_policy/demo/sager.csv: a fictitious case system, September 2025 to May 2026.

    python tools/make_demo_export.py [FILE]

The same seed gives the same bytes under every Python: only `Random.random()` is drawn from. Nobody in it exists: the
names are made up, and the numbers of the shape of a CPR number have a day of the month that no person can be given.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Sequence
from datetime import date, time, timedelta
from pathlib import Path
from random import Random
from typing import TypeVar

SEED = 20260504
CASES = 200
FIRST, LAST = date(2025, 9, 1), date(2026, 5, 29)
TARGET = Path(__file__).parents[1] / "src" / "rebild_policy" / "demo" / "sager.csv"

COLUMNS = (
    "Løbenr", "Sagsnr", "Sagstype", "Dato", "Aktivitet", "Kanal", "Afdeling", "Medarbejder", "Udfald", "Frist",
    "Datostempel", "Kontaktperson", "Sag om", "Grundlag", "Begrundelse", "Høringens indhold", "Bemærkning",
)  # fmt: skip

WEEKEND = (5, 6)
# The days in the period on which the town hall is closed.
CLOSED = {
    date(2025, 12, 24), date(2025, 12, 25), date(2025, 12, 26), date(2025, 12, 31), date(2026, 1, 1), date(2026, 4, 2),
    date(2026, 4, 3), date(2026, 4, 6), date(2026, 5, 14), date(2026, 5, 25),
}  # fmt: skip

DEPARTMENTS = {
    "Byggetilladelse": "Byg og Miljø",
    "Hjælpemidler": "Sundhed og Ældre",
    "Økonomisk tilskud": "Børn og Familie",
    "Parkering og vej": "Vej og Park",
    "Generel henvendelse": "Borgerservice",
}
SUBJECTS = {
    "Byggetilladelse": ("carport", "udestue", "terrasse"),
    "Hjælpemidler": ("kørestol", "høreapparat", "badestol"),
    "Økonomisk tilskud": ("fritidspas", "merudgifter", "søskendetilskud"),
    "Parkering og vej": ("overkørsel", "vejtræ", "beboerlicens"),
    "Generel henvendelse": ("åbningstider", "affaldshentning", "husnummer"),
}
GROUNDS = {
    "Byggetilladelse": "byggeloven § 16",
    "Hjælpemidler": "serviceloven § 112",
    "Økonomisk tilskud": "serviceloven § 41",
    "Parkering og vej": "vejloven § 49",
}
PEOPLE = ("Fiktiva Opdigtsen", "Tænkt Eksempelsen", "Ane Opfundet", "Prøve Testrup", "Ødis Påfund", "Aage Digtet")
LETTERS = ("E-mail", "Digital Post", "Selvbetjening", "Brev")
DIGITAL = {"E-mail", "Digital Post", "Selvbetjening"}

T = TypeVar("T")


class Dice:
    """Random choices that no version of Python makes otherwise."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311 - an example, no secret

    def chance(self, share: float) -> bool:
        """True in this share of the calls."""
        return self._random.random() < share

    def between(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return low + int(self._random.random() * (high - low + 1))

    def pick(self, items: Sequence[T]) -> T:
        """One of the items."""
        return items[self.between(0, len(items) - 1)]


def workday(day: date) -> date:
    """The day itself, or the next one on which the town hall is open."""
    while day.weekday() in WEEKEND or day in CLOSED:
        day += timedelta(days=1)
    return day


def written(day: date) -> str:
    """A date as the case system writes it."""
    return f"{day:%d-%m-%Y}"


class CaseWriter:
    """Writes the rows of one case, in order; a row after the end of the period is dropped."""

    def __init__(self, dice: Dice, number: int, kind: str, opened: date) -> None:
        self.dice, self.kind = dice, kind
        self.number = f"{opened.year}-{number:04}"
        self.department = DEPARTMENTS[kind]
        self.matter = dice.pick(SUBJECTS[kind])
        self.employee = f"M{dice.between(1, 24):02}"
        self.day = opened
        self.minute = dice.between(480, 660)  # of the day, for rows with a clock time
        self.rows: list[tuple[date, dict[str, str]]] = []

    def after(self, low: int, high: int) -> date:
        """Let some days pass, to a day on which the town hall is open."""
        day = workday(self.day + timedelta(days=self.dice.between(low, high)))
        if day != self.day:
            self.day, self.minute = day, self.dice.between(480, 660)
        return self.day

    def add(self, activity: str, *, clock: bool = False, **cells: str) -> None:
        """Write a row on the present day."""
        if self.day > LAST:
            return
        moment = written(self.day)
        if clock:
            self.minute += self.dice.between(1, 30)
            moment += f" {time(*divmod(self.minute, 60)):%H:%M}"
        row = {
            "Sagsnr": self.number,
            "Sagstype": self.kind,
            "Dato": moment,
            "Aktivitet": activity,
            "Afdeling": self.department,
            "Medarbejder": self.employee,
            "Bemærkning": remark(self.dice),
        }
        self.rows.append((self.day, row | {name.replace("_", " "): text for name, text in cells.items()}))


def remark(dice: Dice) -> str:
    """Free text, with what free text should not hold."""
    if dice.chance(0.62):
        return ""
    person = dice.pick(PEOPLE)
    birth = f"{dice.between(92, 99)}{dice.between(1, 12):02}{dice.between(40, 99)}"
    cpr = birth + dice.pick(("-", "", " ")) + str(dice.between(1000, 9999))
    if dice.chance(0.05):
        return f"Partsrepræsentant: {person}\nCpr: {cpr}"
    return dice.pick(
        (
            f"{person} ringede og spurgte til sagen",
            f"Vedr. {person}, cpr {cpr}",
            f"{person} ({cpr}) møder op; har brug for tolk",
            f'Borgeren skriver: "jeg venter stadig". {person}',
            "Se notat i journalen",
        )
    )


# --------------------------------------------------------------------------------------------------------------- flows
def receive(case: CaseWriter, activity: str, channel: str, **cells: str) -> None:
    """An inquiry comes in: post is stamped; what is digital has a clock time, and often an automatic receipt."""
    if channel == "Brev" and "Datostempel" not in cells:
        cells["Datostempel"] = written(workday(case.day))
    case.add(activity, clock=channel in DIGITAL, Kanal=channel, Medarbejder="", **cells)
    case.add("Sag oprettet", clock=True)
    if channel in DIGITAL and case.dice.chance(0.6):
        case.add("Automatisk kvittering", clock=True, Kanal=channel, Medarbejder="")
    case.add("Dokument journaliseret", clock=True)


def acknowledge(case: CaseWriter, channel: str, *, days: int = 45, **cells: str) -> None:
    """A letter that names the caseworker and says when to expect an answer."""
    due = workday(case.day + timedelta(days=days))
    case.add("Kvittering sendt", Kanal=channel, **({"Frist": written(due), "Kontaktperson": case.employee} | cells))


def close(case: CaseWriter) -> None:
    """What the system writes when a case ends."""
    case.add("Status ændret", clock=True)
    if case.dice.chance(0.8):
        case.add("Sag lukket", clock=True)


def answer(case: CaseWriter, channel: str, low: int, high: int) -> None:
    """An answer after some days, and the end of the case."""
    case.after(low, high)
    case.add("Svar sendt", Kanal=channel)
    close(case)


def reply_in_time(case: CaseWriter, channel: str) -> None:
    """An answer within two weeks."""
    answer(case, channel, 2, 7)


def reply_after_letter(case: CaseWriter, channel: str) -> None:
    """A full acknowledgement, and the answer later."""
    case.after(1, 6)
    acknowledge(case, channel)
    case.add("Påmindelse oprettet", clock=True)
    answer(case, channel, 15, 35)


def reply_late(case: CaseWriter, channel: str) -> None:
    """An answer, but weeks too late."""
    answer(case, channel, 28, 45)


def reply_never(case: CaseWriter, channel: str) -> None:
    """The case is shelved."""
    case.after(20, 30)
    case.add("Status ændret", clock=True, Kanal=channel)


def reply_after_poor_letter(case: CaseWriter, channel: str) -> None:
    """An acknowledgement that leaves out the caseworker or the time."""
    case.after(1, 6)
    acknowledge(case, channel, **case.dice.pick(({"Kontaktperson": ""}, {"Frist": ""})))
    answer(case, channel, 20, 35)


def inquiry(case: CaseWriter) -> None:
    """A letter or message that asks for an answer."""
    dice, channel = case.dice, case.dice.pick(LETTERS)
    faults = (reply_late, reply_late, reply_never, reply_after_poor_letter)
    stamp = {}
    if channel == "Brev" and dice.chance(0.25):
        stamp["Datostempel"] = dice.pick(("", written(workday(case.day + timedelta(days=14)))))
    receive(case, "Henvendelse modtaget", channel, **stamp)
    if dice.chance(0.22):
        dice.pick(faults)(case, channel)
    else:
        dice.pick((reply_in_time, reply_in_time, reply_after_letter))(case, channel)
    if dice.chance(0.25):
        case.after(3, 20)
        receive(case, "Henvendelse modtaget", "E-mail")
        reply_in_time(case, "E-mail")


def small_inquiry(case: CaseWriter) -> None:
    """What needs no written answer: a call, a thank-you, a misdirected letter, a note between departments."""
    kind = case.dice.pick(("call", "thanks", "misdirected", "internal"))
    if kind == "thanks":
        receive(case, "Tak eller orientering modtaget", "E-mail")
    elif kind == "misdirected":
        receive(case, "Henvendelse modtaget", "Digital Post", Udfald="Sendt til regionen")
    else:
        receive(case, "Henvendelse modtaget", "Telefon" if kind == "call" else "Intern")
        case.add("Notat tilføjet", clock=True)
    close(case)


def application(case: CaseWriter) -> None:
    """An application: acknowledged, heard where it is not granted, decided, at times complained about."""
    dice, channel = case.dice, case.dice.pick(("Selvbetjening", "Digital Post", "Brev"))
    receive(case, "Ansøgning modtaget", channel)
    case.after(1, 4)
    case.add("Sagsbehandler tildelt", clock=True)
    if dice.chance(0.05):
        case.after(25, 40)
    else:
        case.after(0, 3)
    acknowledge(case, channel, days=60, **({"Kontaktperson": ""} if dice.chance(0.04) else {}))
    if dice.chance(0.12):
        interest(case)
    if dice.chance(0.08):
        case.after(2, 5)
        decide(case, "Bevilget", activity="Midlertidig afgørelse truffet")
    outcome = dice.pick(("Bevilget", "Bevilget", "Bevilget", "Delvist bevilget", "Afslag", "Afslag", "Påbud"))
    if outcome == "Bevilget":
        case.after(10, 25)
    elif not hear(case):
        outcome = "Bevilget"
    decide(case, outcome)
    case.add("Dokument journaliseret", clock=True)
    if outcome != "Bevilget" and dice.chance(0.5):
        complain(case)
    close(case)


def interest(case: CaseWriter) -> None:
    """The caseworker has an interest in the case; as a rule somebody else takes over."""
    case.add("Inhabilitet oplyst", clock=True, Udfald=case.dice.pick(("Familie", "Økonomisk", "Personlig")))
    if case.dice.chance(0.7):
        case.employee = f"M{int(case.employee[1:]) % 24 + 1:02}"
        case.add("Sagsbehandler tildelt", clock=True)


def hear(case: CaseWriter) -> bool:
    """The citizen is asked to comment before an adverse decision; False where the comments turn it into a grant."""
    dice = case.dice
    case.after(4, 12)
    course = dice.pick(("left out", "exempted", "facts only", "too early", *("heard",) * 20))
    if course == "left out":
        return True
    if course == "exempted":
        case.add("Partshøring undladt", Sag_om=case.matter, Grundlag="FVL § 19, stk. 2, nr. 3")
        case.after(1, 5)
        return True
    due = workday(case.day + timedelta(days=14))
    letter = {"Frist": written(due), "Sag_om": case.matter}
    letter["Høringens_indhold"] = "Oplysninger" if course == "facts only" else "Oplysninger og vurdering"
    case.add("Partshøring sendt", Kanal="Digital Post", **letter)
    if course == "too early":
        case.after(3, 6)
        return True
    if dice.chance(0.6):
        case.after(3, 9)
        response = dice.pick(("Partshøringssvar modtaget", "Partshøringssvar modtaget", "Afkald på partshøring"))
        case.add(response, clock=True, Kanal="Digital Post", Medarbejder="")
        case.after(2, 10)
        return not dice.chance(0.1)
    case.day = due
    case.after(1, 8)
    return True


def decide(case: CaseWriter, outcome: str, activity: str = "Afgørelse truffet") -> None:
    """The decision, as a rule with reasons."""
    reasons = "Nej" if case.dice.chance(0.05) else "Ja"
    ground = GROUNDS[case.kind]
    case.add(activity, Kanal="Digital Post", Udfald=outcome, Sag_om=case.matter, Grundlag=ground, Begrundelse=reasons)


def complain(case: CaseWriter) -> None:
    """A complaint, delivered in Borgerservice or at the department, and as a rule passed on."""
    dice, department = case.dice, case.department
    case.after(5, 25)
    case.department, channel = dice.pick((("Borgerservice", "Personlig"), ("Borgerservice", "E-mail"), (department, "E-mail")))
    case.add("Klage modtaget", clock=True, Kanal=channel, Medarbejder="")
    if dice.chance(0.85):
        case.after(1, 9)
        case.add("Klage videresendt", clock=True)
    case.department = department


# -------------------------------------------------------------------------------------------------------------- export
def make_rows(dice: Dice) -> list[dict[str, str]]:
    """All rows, in the order of their days, numbered."""
    dated: list[tuple[date, int, int, dict[str, str]]] = []
    span = (LAST - FIRST).days
    for number in range(1, CASES + 1):
        opened = workday(FIRST + timedelta(days=(number - 1) * span // CASES))
        flow = dice.pick((application, application, application, application, inquiry, inquiry, inquiry, small_inquiry))
        kinds = tuple(GROUNDS) if flow is application else tuple(DEPARTMENTS)
        case = CaseWriter(dice, number, dice.pick(kinds), opened)
        flow(case)
        dated += [(day, number, position, row) for position, (day, row) in enumerate(case.rows)]
    dated.sort(key=lambda item: item[:3])
    rows = [row for *_, row in dated]
    for number, row in enumerate(rows, 1):
        row["Løbenr"] = str(number)
    return rows


def find(rows: Sequence[dict[str, str]], activity: str, nth: int) -> dict[str, str]:
    """The nth row of an activity, from 1."""
    return [row for row in rows if row["Aktivitet"] == activity][nth - 1]


def spoil(rows: list[dict[str, str]]) -> None:
    """A few rows as real exports have them: an impossible date, no case number, an unknown code, a row twice."""
    find(rows, "Svar sendt", 30)["Dato"] = "31-02-2026"
    find(rows, "Partshøring sendt", 4)["Frist"] = "31-04-2026"
    find(rows, "Dokument journaliseret", 50)["Sagsnr"] = ""
    find(rows, "Påmindelse oprettet", 5)["Sagsnr"] = ""
    find(rows, "Afgørelse truffet", 20)["Udfald"] = "K7"
    find(rows, "Afgørelse truffet", 33)["Begrundelse"] = "se bilag"
    find(rows, "Henvendelse modtaget", 25)["Kanal"] = "Fax"
    find(rows, "Status ændret", 12)["Aktivitet"] = "Integrationstest"
    find(rows, "Status ændret", 60)["Aktivitet"] = "Integrationstest"
    find(rows, "Status ændret", 70)["Aktivitet"] = "Flettet fra gammelt system"
    find(rows, "Notat tilføjet", 3)["Aktivitet"] = "Opkald vedr. 990199-9999"
    # One number for two letters that differ, and one row that was exported twice.
    letter = find(rows, "Kvittering sendt", 17)
    rows.insert(rows.index(letter) + 1, letter | {"Kontaktperson": "M99"})
    twice = find(rows, "Svar sendt", 12)
    rows.insert(rows.index(twice) + 3, dict(twice))


def as_text(rows: Sequence[dict[str, str]]) -> str:
    """The rows as CSV; two lines lose their last fields, as when a transfer breaks off."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval="", delimiter=";", lineterminator="\n")
    writer.writeheader()
    cut = {id(find(rows, "Svar sendt", 45)), id(find(rows, "Sag oprettet", 90))}
    for row in rows:
        if id(row) in cut:
            text.write(";".join(row.get(name, "") for name in COLUMNS[:6]) + "\n")
        else:
            writer.writerow(row)
    return text.getvalue()


def main(arguments: Sequence[str]) -> None:
    """Write the export to the file named, or to its place in the package."""
    rows = make_rows(Dice(SEED))
    spoil(rows)
    Path(arguments[0] if arguments else TARGET).write_text(as_text(rows), encoding="utf-8", newline="")


if __name__ == "__main__":
    main(sys.argv[1:])
