"""A first mapping for an export, as YAML: what was seen, how sure each guess is, and what stays open."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from rebild_policy.authoring.guessing import (
    FORMATS,
    NEEDED,
    SURE,
    SURE_CHANNEL,
    channel_of,
    dated,
    event_of,
    is_automatic,
    is_provisional,
    numbering,
    outcome_of,
    roles_of,
    shown_values,
    times_of,
)
from rebild_policy.authoring.looking import Column, Look
from rebild_policy.facts import vocabulary

OPEN = "# OPEN:"
_SECONDS, _DAY = re.compile(r"\d{9,10}(\.0*)?"), 86_400
_MIDNIGHT = re.compile(r"[T ]00:00(:00|$|[-+Z])")
_FEW = 30  # values that may be listed
_WORTH_SAYING = 70  # of 100
_FIELDS = {"employee": "actor", "unit": "unit"}  # that every event has
_OF_TYPES = {
    ("inquiry_received", "stamped"): "date_stamped_on",
    ("hearing_sent", "deadline"): "respond_by",
    ("hearing_sent", "matter"): "matter",
    ("hearing_exempted", "matter"): "matter",
    ("decision_made", "matter"): "matter",
}
_UNANSWERED = ("reply_sent", "hearing_response", "complaint_forwarded")

_ONCE = "  # once it is mapped"
# Fields that the proposal sets itself, as far as they are taken up.
_ALWAYS_SET = {"decision_made": ("outcome", "act", "final")}
# What most exports have no column for and could still promise.
_PROMISES = {
    "inquiry_received": (
        "Also [written, kind, requires_reply, contactable, forwarded_to, merged_into], where each inquiry but those marked above",
        "is a question to answer, can be answered, and was neither passed on nor joined with another.",
    ),
    "acknowledgement_sent": ("Also [automatic], where automatic receipts are not in the export.",),
}

_Roles = dict[str, tuple[Column, int]]


def propose(look: Look, name: str) -> str:
    """The text of a mapping file. It loads as it is where a column was found for every need and an event for an activity."""
    roles = roles_of(look)
    events = _events(roles)
    parts = [
        _head(look, name),
        _source(look),
        _columns(look, roles),
        _time(roles),
        _case(roles),
        _activities(roles, events),
        _links(events),
        _covers(roles, events),
        _rest(roles, events),
    ]
    return "\n".join("\n".join(part) + "\n" for part in map(list, parts) if part)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _head(look: Look, name: str) -> Iterator[str]:
    yield "# A first mapping, made from what the export looks like. Percentages say how sure a guess is; check every line, and"
    yield f"# then what is marked {OPEN.removeprefix('# ').removesuffix(':')}. {look.rows} rows were looked at" + (
        f"; {look.bad} of them can't be read." if look.bad else "."
    )
    yield f"mapping: {_quoted(name)}"


def _source(look: Look) -> Iterator[str]:
    if look.source:
        words = ", ".join(f"{key}: {_quoted(value)}" for key, value in look.source.items())
        guessed = f"  # guessed: {' and '.join(look.unsure)}, by what reads best" if look.unsure else ""
        yield f"source: {{{words}}}{guessed}"


def _columns(look: Look, roles: _Roles) -> Iterator[str]:
    yield "columns:"
    for role, (column, score) in roles.items():
        yield f"  {role}: {_quoted(column.name)}  # {score} %"
    for role in NEEDED:
        if role not in roles:
            yield f"  # {role}: …"
            held = [column.name for column in dated(look)] if role == "time" else []
            hint = f" These hold times: {', '.join(map(_quoted, held))}." if held else ""
            yield f"  {OPEN} no column looks like the {role}. Name it.{hint}"
    used = {column.name for column, _ in roles.values()}
    rest = [column.name for column in look.columns if column.name not in used]
    if rest:
        yield f"  # Not used: {', '.join(map(_quoted, rest))}"
    if "id" not in roles:
        yield f"  {OPEN} without 'id', the number of the row makes the id. Is there a column that is unique within a case?"
        yield from (f"  # id: {_quoted(column.name)}  # another value in every row" for column in numbering(look))


def _time(roles: _Roles) -> Iterator[str]:
    if "time" not in roles:
        return
    days = [column for role, (column, _) in roles.items() if role in {"time", "deadline", "stamped"}]
    formats = [form for form in FORMATS if any(form in times_of(column)[0] for column in days)]
    clocks = any("H" in form for form in formats) or any(len(text) > 10 for text in list(roles["time"][0].values)[:50])  # noqa: PLR2004
    midnights = _midnights(roles["time"][0])
    precision = "midnight-is-day" if midnights else "clock"
    written = ", ".join(map(_quoted, formats))
    yield f"time: {{format: [{written}], zone: Europe/Copenhagen, precision: {precision}, same_day: unknown}}"
    if midnights:
        yield f"{OPEN} {midnights:.0%} of the times are midnights. Is a midnight a day without a clock time?"
    elif clocks:
        yield f"{OPEN} are the clock times real, and of that zone?"
    if any("/" in form for form in formats):
        yield f"{OPEN} is the day written before the month?"


def _midnights(column: Column) -> float:
    """The share of its times that are midnights: by a clock that is written, or by seconds since 1970."""
    texts = [text for text in list(column.values)[:300] if ":" in text or _SECONDS.fullmatch(text)]
    return sum(_is_midnight(text) for text in texts) / len(texts) if texts else 0.0


def _is_midnight(text: str) -> bool:
    return float(text) % _DAY == 0 if _SECONDS.fullmatch(text) else _MIDNIGHT.search(text) is not None


def _case(roles: _Roles) -> Iterator[str]:
    if "kind" in roles:
        yield "case:"
        yield "  kind: {column: kind}"


# ------------------------------------------------------------------------------------------------------------- activities
def _events(roles: _Roles) -> dict[str, tuple[str, int, int]]:
    """For each activity: the event type that it sounds like, how sure that is, and how many rows it has."""
    if "activity" not in roles:
        return {}
    found = {}
    for activity, count in shown_values(roles["activity"][0]):
        guess = event_of(activity)
        found[activity] = (guess.what, guess.score, count)
    return found


def _mapped(events: dict[str, tuple[str, int, int]]) -> dict[str, tuple[str, int, int]]:
    return {activity: found for activity, found in events.items() if found[1] >= SURE}


def _rest_of(events: dict[str, tuple[str, int, int]]) -> dict[str, tuple[str, int, int]]:
    return {activity: found for activity, found in events.items() if found[1] < SURE}


def _activities(roles: _Roles, events: dict[str, tuple[str, int, int]]) -> Iterator[str]:
    mapped = _mapped(events)
    yield "activities:"
    for activity, (type_, score, rows) in mapped.items():
        yield from _activity(activity, type_, score, rows, roles)
    if not mapped:
        yield f"  {OPEN} no activity sounds like an event of the vocabulary. Map at least one:"
        yield "  # an activity:"
        yield "  #   - event: reply_sent"
    likely = {activity: found for activity, found in _rest_of(events).items() if found[1] >= _WORTH_SAYING}
    if likely:
        yield f"  {OPEN} these may be events, too. Take the '# ' away where it is right:"
    for activity, (type_, score, rows) in likely.items():
        yield from (f"  # {line[2:]}" for line in _activity(activity, type_, score, rows, roles))


def _activity(activity: str, type_: str, score: int, rows: int, roles: _Roles) -> Iterator[str]:
    """An activity as an event; an application is an inquiry as well."""
    yield f"  {_quoted(activity)}:  # {rows} rows"
    if type_ == "application_received":
        fields = [*_fields(activity, "inquiry_received", roles), "kind: {value: application}"]
        yield "    - event: inquiry_received  # an application is an inquiry as well"
        yield "      set:"
        yield from (f"        {line}" for line in fields)
    yield f"    - event: {type_}  # {score} %"
    fields = list(_fields(activity, type_, roles))
    if any(not line.startswith("#") for line in fields):
        yield "      set:"
    yield from (f"        {line}" for line in fields)


def _fields(activity: str, type_: str, roles: _Roles) -> Iterator[str]:
    fields = vocabulary().types[type_].fields
    if type_ == "inquiry_received" and "channel" in roles:
        yield from _channels(roles["channel"][0])
    for role, field in _FIELDS.items():
        if role in roles and field in fields:
            yield f"{field}: {{column: {role}}}"
    for (of, role), field in _OF_TYPES.items():
        if of == type_ and role in roles:
            yield f"{field}: {{column: {role}}}"
    if type_ == "acknowledgement_sent" and is_automatic(activity):
        yield "automatic: {value: true}"
    if type_ == "decision_made":
        yield from _decision(activity, roles)


def _decision(activity: str, roles: _Roles) -> Iterator[str]:
    """What rules ask of a decision: what came out of it, that it is one, and that it ends the matter."""
    said = outcome_of(activity)
    if said:
        yield f"outcome: {{value: {said}}}"
    elif "outcome" in roles and roles["outcome"][0].different <= _FEW:
        values = ", ".join(_quoted(text) for text, _ in shown_values(roles["outcome"][0])[:10])
        yield f"{OPEN} outcome: {{column: outcome, values: {{…: granted, …: refused}}}}"
        yield f"#   the column holds {values}"
    yield "act: {value: decision}"
    final = str(not is_provisional(activity)).lower()
    yield f"final: {{value: {final}}}  {OPEN} is that so for each of them? A provisional decision does not end the matter."


def _channels(column: Column) -> Iterator[str]:
    values = [(text, channel_of(text)) for text, _ in shown_values(column)]
    yield "channel:"
    yield "  column: channel"
    yield "  values:"
    for text, guess in values:
        known = guess.score >= SURE_CHANNEL
        yield f"    {_quoted(text)}: {guess.what if known else 'other'}" + (
            f"  # {guess.score} %" if known else f"  {OPEN} which?"
        )


def _links(events: dict[str, tuple[str, int, int]]) -> Iterator[str]:
    """Links that a policy could make, each a guess that the mapping's author has to want."""
    lines = []
    sure = _types(events)
    for type_, name, target in _linked(_types(events, _WORTH_SAYING)):
        kind = "latest earlier unanswered" if type_ in _UNANSWERED else "latest earlier"
        mapped = type_ in sure and target in sure
        lines.append(f"#   {'' if mapped else '# '}{type_}.{name}: {kind} {target}{'' if mapped else _ONCE}")
    if lines:
        yield f"{OPEN} does the export say which event belongs to which? If not, these could be assumed:"
        yield "# links:"
        yield from lines


def _types(events: dict[str, tuple[str, int, int]], least: int = SURE) -> list[str]:
    """The event types that activities are taken for, in order; with a lower score, those that they may be, too."""
    types = {type_ for type_, score, _ in events.values() if score >= least}
    return sorted(types | ({"inquiry_received"} if "application_received" in types else set()))


def _linked(types: list[str]) -> Iterator[tuple[str, str, str]]:
    """The single links between event types: type, field and what it points to."""
    for type_ in types:
        for spec in vocabulary().types[type_].links:
            targets = [target for target in (spec.link.targets if spec.link else ()) if target in types and target != type_]
            if targets and not spec.many:
                yield type_, spec.name, targets[0]


def _covers(roles: _Roles, events: dict[str, tuple[str, int, int]]) -> Iterator[str]:
    """What the export could promise: the types it has, with the fields that are mapped and the links that could be made."""
    types, sure = _types(events, _WORTH_SAYING), _types(events)
    if not types:
        return
    yield f"{OPEN} what does the export promise to hold whole? Only you know; until you say it, what is missing is unknown, and"
    yield "# nothing follows from it. A type promises that every such event is there; a field in its brackets, that an empty"
    yield "# place in it means no. Take away what is not so."
    yield "# covers:"
    for type_ in types:
        fields = [field for (of, role), field in _OF_TYPES.items() if of == type_ and role in roles]
        fields += ["channel"] if type_ == "inquiry_received" and "channel" in roles else []
        fields += [name for of, name, _ in _linked(types) if of == type_]
        fields += _ALWAYS_SET.get(type_, ())
        line = f"{type_}: [{', '.join(fields)}]"
        yield f"#   {line}" if type_ in sure else f"#   # {line}{_ONCE}"
        yield from (f"#     # {line}" for line in _PROMISES.get(type_, ()))


def _rest(roles: _Roles, events: dict[str, tuple[str, int, int]]) -> Iterator[str]:
    """What is neither mapped nor irrelevant is counted by an audit as not mapped, so nothing is decided here."""
    rest = _rest_of(events)
    if rest:
        yield f"{OPEN} these activities are not mapped yet. Map each, or list it if it is no event of the vocabulary:"
        yield "# irrelevant:"
        for activity, (type_, score, rows) in rest.items():
            yield f"#   - {_quoted(activity)}  # {rows} rows" + (f"; or {type_}, above" if score >= _WORTH_SAYING else "")
    if "activity" in roles and roles["activity"][0].different > len(events):
        yield f"{OPEN} the column holds further activities that are not listed: rare ones, or such as look like CPR numbers."
