"""Equal treatment as rows of a table, for every report alike: comparable cases by unit and channel, never ranked."""

from __future__ import annotations

from collections.abc import Iterator

from rebild_policy.audits.equality import Comparable, EqualTreatment, Group
from rebild_policy.report.writing import Writer

LEFT_OUT = "–"


def caution(writer: Writer, equal: EqualTreatment) -> str:
    """What the numbers do not say."""
    said = writer.say("equal-caution", n=equal.least)
    few = writer.say("equal-few", n=equal.not_compared)
    return f"{said} {few}" if equal.not_compared else said


def heads(writer: Writer) -> tuple[str, ...]:
    """The heads of the columns."""
    return tuple(writer.say(key) for key in ("equal-kind", "equal-by", "decisions", "granted", "waiting"))


def rows(writer: Writer, equal: EqualTreatment, most: int | None = None) -> Iterator[tuple[str, ...]]:
    """A row for all comparable cases of a kind, then one for each unit, then one for each channel; for `most` kinds."""
    for one in equal.comparable[:most]:
        yield (_kind(writer, one), writer.say("equal-whole"), *_numbers(writer, one.whole))
        for by, groups in (("unit", one.by_unit), ("channel", one.by_channel)):
            for group in groups:
                named = writer.say(f"equal-by.{by}", value=_value(writer, by, group))
                yield ("", named, *_numbers(writer, group))


def _kind(writer: Writer, one: Comparable) -> str:
    kind = writer.name(one.kind)
    if one.urgent is None:
        return kind
    return writer.say("equal-urgent" if one.urgent else "equal-not-urgent", kind=kind)


def _value(writer: Writer, by: str, group: Group) -> str:
    if group.value is None:
        return writer.say("equal-others" if group.others else "equal-none")
    return writer.value(by, group.value) if by == "channel" else writer.name(group.value)


def _numbers(writer: Writer, group: Group) -> tuple[str, str, str]:
    decisions = LEFT_OUT if group.decisions is None else writer.number(group.decisions)
    return decisions, _granted(writer, group), _waiting(writer, group)


def _granted(writer: Writer, group: Group) -> str:
    if group.granted is None or not group.decisions:
        return LEFT_OUT
    text = writer.share(group.granted, group.decisions)
    if group.share is None:
        return text
    low, high = (writer.number(round(100 * end)) for end in (group.share.low, group.share.high))
    return writer.say("between-shares", text=text, low=low, high=high)


def _waiting(writer: Writer, group: Group) -> str:
    if group.waiting is None:
        return LEFT_OUT
    text = writer.say("waited", median=_half(writer, group.waiting.median))
    if group.waiting.interval is None:
        return text
    low, high = (_half(writer, end) for end in (group.waiting.interval.low, group.waiting.interval.high))
    return writer.say("between", text=text, low=low, high=high)


def _half(writer: Writer, number: float) -> str:
    """A number of days, which may end in a half."""
    whole = writer.number(int(number))
    return whole if number == int(number) else f"{whole}{',' if writer.lang == 'da' else '.'}5"
