"""What the columns of an unknown export may be: by their names in Danish and English, and by what they hold."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from rapidfuzz import fuzz

from rebild_policy.authoring.looking import Column, Look
from rebild_policy.facts import vocabulary
from rebild_policy.labels import event_label
from rebild_policy.privacy import holds_cpr
from rebild_policy.sources.shapes import TimeSettings
from rebild_policy.sources.times import Times, UnreadableError

SURE, LIKELY = 85, 75  # of 100: for what an activity is, and for what a column is
SURE_CHANNEL = 90  # Intern is not Internet
_OF_ENDING = 0.95
LISTED = 100  # activities that are written down
# What a column is called where it plays a part. Those that a mapping needs come first, then fields of events.
ROLES: dict[str, tuple[str, ...]] = {
    "case": ("sag", "sagsnr", "sagsnummer", "sagsid", "sag id", "case", "case id", "caseid", "case:concept:name", "ocel:case",
             "journalnummer", "sagnummer"),
    "activity": ("aktivitet", "hændelse", "hændelsestype", "forløbstype", "forløb type", "handling",
                 "activity", "event", "concept:name",
                 "ocel:activity", "dokumenttype", "event type"),
    "time": ("dato", "tidspunkt", "tid", "registreret", "date", "time", "timestamp", "time:timestamp", "ocel:timestamp",
             "brevdato", "oprettet", "fra tidspunkt"),
    "id": ("løbenr", "løbenummer", "hændelsesid", "nr", "id", "event id", "concept:instance", "ocel:eid",
           "dokumentidentifikation", "dok nr", "dokumentnr", "dokumentnummer", "aktnr"),
    "kind": ("sagstype", "sagens type", "emne", "klassetitel", "case type", "case kind"),
    "channel": ("kanal", "kommunikationsform", "kommunikationsvej", "medie", "channel", "case:channel"),
    "employee": ("medarbejder", "sagsbehandler", "bruger", "registreret af", "employee", "resource", "org:resource", "caseworker",
                 "user"),
    "unit": ("afdeling", "enhed", "ansvarlig enhed", "forvaltning", "department", "unit", "org:group"),
    "outcome": ("udfald", "resultat", "afgørelsestype", "outcome", "result", "decision"),
    "deadline": ("frist", "svarfrist", "høringsfrist", "deadline", "due date"),
    "stamped": ("datostempel", "modtaget dato", "date stamp"),
    "matter": ("sag om", "vedrører", "matter", "subject"),
}  # fmt: skip
NEEDED = ("case", "activity", "time")
FORMATS = (
    "iso",
    "epoch",
    "%d-%m-%Y %H:%M:%S",
    "%d-%m-%Y %H:%M",
    "%d-%m-%Y",
    "%d/%m/%Y %H:%M",
    "%d/%m/%Y",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y",
)
CHANNELS = {
    "post": ("post", "brev", "papir", "letter"),
    "digital_post": ("digital post", "e-boks", "eboks"),
    "email": ("e-mail", "mail", "email"),
    "self_service": ("selvbetjening", "internet", "web", "portal", "self service"),
    "phone": ("telefon", "telefonisk", "phone", "opkald"),
    "in_person": ("personlig", "personligt", "fremmøde", "personligt fremmøde", "skranke", "desk", "in person"),
}
# What case systems call events, besides the vocabulary's own names.
_ALSO_CALLED = {
    "inquiry_received": ("indgående dokument", "indgående brev", "indgående", "brev modtaget", "mail modtaget", "ny henvendelse",
                         "henvendelse fra borger", "incoming letter"),
    "reply_sent": ("udgående dokument", "udgående brev", "udgående", "brev sendt", "svarbrev", "svarbrev sendt", "svar afsendt",
                   "svar til borger", "outgoing letter", "reply"),
    "acknowledgement_sent": ("kvittering sendt", "kvitteringsbrev", "kvitteringsbrev sendt", "automatisk kvittering", "autosvar",
                             "send confirmation of receipt"),
    "hearing_sent": ("partshøring sendt", "høring sendt"),
    "hearing_response": ("partshøringssvar modtaget",),
    "decision_made": ("afgørelse", "afgørelse sendt", "afgjort", "bevilling", "bevilling sendt", "bevilget", "afslag",
                      "afslag sendt", "afslået", "decision"),
    "complaint_received": ("klage modtaget", "complaint", "appeal"),
    "complaint_forwarded": ("klage videresendt",),
    "caseworker_assigned": ("sagsbehandler tildelt", "sagsbehandler skiftet"),
    "note_recorded": ("notat", "notat tilføjet", "note"),
    "access_requested": ("aktindsigt modtaget", "begæring om aktindsigt"),
}  # fmt: skip


@dataclass(frozen=True)
class Guess:
    """What something may be, and how sure that is, of 100."""

    what: str
    score: int


def roles_of(look: Look) -> dict[str, tuple[Column, int]]:
    """The column of each part that is played, with its score; each column plays one."""
    scored = [
        (_role_score(role, column, look), role, place)
        for role in ROLES
        for place, column in enumerate(look.columns)
    ]  # fmt: skip
    taken: dict[str, tuple[Column, int]] = {}
    used: set[int] = set()
    for score, role, place in sorted(scored, key=lambda item: (-item[0], list(ROLES).index(item[1]), item[2])):
        if score >= LIKELY and role not in taken and place not in used:
            taken[role] = (look.columns[place], score)
            used.add(place)
    dated = [column for place, column in enumerate(look.columns) if place not in used and _as_time(column, look) == 1]
    if "time" not in taken and len(dated) == 1:  # whatever it is called
        taken["time"] = (dated[0], LIKELY)
    return taken


def dated(look: Look) -> list[Column]:
    """The columns that hold times."""
    return [column for column in look.columns if times_of(column)[0]]


def numbering(look: Look) -> list[Column]:
    """The columns that hold another value in every row."""
    return [column for column in look.columns if column.different == column.filled == look.rows]


def _role_score(role: str, column: Column, look: Look) -> int:
    """By its name; what it holds may rule it out, or make up for an unknown name."""
    ending = re.split(r"[.:](?=.)", column.name)[-1]  # of a name that is a path
    name = max(max(_alike(column.name, known), _OF_ENDING * _alike(ending, known)) for known in ROLES[role])
    if role == "time" and any(plain(column.name).endswith(known) for known in ("dato", "tidspunkt")):
        name = max(name, SURE)  # Danish puts words together: hændelsesdato
    fit = _HOLDS[role](column, look) if role in _HOLDS else 1.0
    return round(name * fit)


def _alike(one: str, other: str) -> float:
    return fuzz.ratio(plain(one), plain(other))


def plain(text: str) -> str:
    """A text without capitals, accents and marks: Løbenr. and loebenr are alike."""
    text = re.sub(r"(?<=[a-zæøå])(?=[A-ZÆØÅ])", " ", text).lower()
    for letter, pair in (("æ", "ae"), ("ø", "oe"), ("å", "aa")):
        text = text.replace(letter, pair)
    text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return " ".join(re.findall(r"[a-z0-9]+", text))


# ------------------------------------------------------------------------------------------------------------ what it holds
def _is_filled(column: Column, look: Look) -> bool:
    return column.filled >= 0.9 * look.rows


def _as_case(column: Column, look: Look) -> float:
    return 1.0 if _is_filled(column, look) and column.different < column.filled else 0.5


def _as_activity(column: Column, look: Look) -> float:
    few = column.different <= max(20, min(LISTED, column.filled / 2))
    return 1.0 if _is_filled(column, look) and few and not times_of(column)[0] else 0.3


def _as_time(column: Column, look: Look) -> float:
    return 1.0 if times_of(column)[0] and _is_filled(column, look) else 0.3


def _as_id(column: Column, look: Look) -> float:
    return 1.0 if _is_filled(column, look) and column.different >= 0.5 * column.filled else 0.3


def _as_kind(column: Column, look: Look) -> float:  # noqa: ARG001 - one of several
    return 1.0 if column.different <= LISTED and not times_of(column)[0] else 0.3


def _as_day(column: Column, look: Look) -> float:  # noqa: ARG001 - one of several
    return 1.0 if times_of(column)[0] else 0.5


_HOLDS: dict[str, Callable[[Column, Look], float]] = {
    "case": _as_case,
    "activity": _as_activity,
    "time": _as_time,
    "id": _as_id,
    "kind": _as_kind,
    "deadline": _as_day,
    "stamped": _as_day,
}


def times_of(column: Column) -> tuple[tuple[str, ...], float]:
    """The formats that its values are written in, and the share of values that none of them reads. None for no times."""
    values = list(column.values)[:300]
    left, found = values, []
    for form in FORMATS:
        times = Times(TimeSettings(format=(form,)))
        unread = [text for text in left if not _reads(times, text)]
        if len(left) - len(unread) > 0.02 * len(values):
            found.append(form)
            left = unread
    share = len(left) / len(values) if values else 1.0
    return (tuple(found), share) if share < 0.1 else ((), 1.0)  # noqa: PLR2004


def _reads(times: Times, text: str) -> bool:
    try:
        times.moment(text)
    except UnreadableError:
        return False
    return True


# ------------------------------------------------------------------------------------------------------------- activities
def event_of(activity: str) -> Guess:
    """The event type that an activity sounds like."""
    names = {
        type_: (event_label(type_, "da"), event_label(type_, "en"), *_ALSO_CALLED.get(type_, ())) for type_ in vocabulary().types
    }
    scores = {type_: max(_sounds_like(activity, name) for name in known) for type_, known in names.items()}
    best = max(scores, key=lambda type_: scores[type_])
    return Guess(best, round(scores[best]))


def _sounds_like(activity: str, name: str) -> float:
    # However its words are ordered; a single word in a long name is no hint by itself.
    return max(fuzz.ratio(plain(activity), plain(name)), fuzz.token_sort_ratio(plain(activity), plain(name)))


def outcome_of(activity: str) -> str | None:
    """The outcome that the name of a decision says, if it does."""
    words = plain(activity)
    refused, granted = (any(stem in words for stem in stems) for stems in (("afslag", "afslaa", "refus"), ("bevil", "grant")))
    return "refused" if refused and not granted else "granted" if granted and not refused else None


def is_automatic(activity: str) -> bool:
    """Does the name of a receipt say that a machine sent it?"""
    return plain(activity).startswith("auto")


def is_provisional(activity: str) -> bool:
    """Does the name of a decision say that it is provisional?"""
    return any(stem in plain(activity) for stem in ("midlertidig", "foreloebig", "provisional"))


def channel_of(text: str) -> Guess:
    """The channel that a value of the column sounds like."""
    scores = {channel: max(_alike(text, name) for name in known) for channel, known in CHANNELS.items()}
    best = max(scores, key=lambda channel: scores[channel])
    return Guess(best, round(scores[best]))


def shown_values(column: Column) -> list[tuple[str, int]]:
    """Its values and how often each stands there, the most frequent first; none that has the shape of a CPR number."""
    return [(text, count) for text, count in column.values.most_common(LISTED) if not holds_cpr(text)]
