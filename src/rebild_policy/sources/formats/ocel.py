"""Object-centric event logs: the mapping says which type of object is the case, and a row is an event of one such object.

The columns:

ocel:eid, ocel:activity, ocel:timestamp   of the event
ocel:case                  the id of the object that is the case; an event about several gives a row for each
NAME                       an attribute of the event
case:NAME                  an attribute of the case's object, as it was at the time of the event
object:TYPE[:QUALIFIER]    the ids of the objects of a type that the event is about, by a qualifier or by any
first:TYPE[:QUALIFIER]     the first other event of the log that is about one of the same objects: a link where the log has none
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from rebild_policy.errors import Location, MappingError, SourceError, did_you_mean
from rebild_policy.sources.formats.ocelfiles import Happening, Log, Thing, read_log
from rebild_policy.sources.raw import OnRead, RawInput
from rebild_policy.sources.records import FIRST_ROW, Reader, Record, check_columns, no_rows, rows_of
from rebild_policy.sources.shapes import Mapping

_Column = Callable[[Happening, str], object]  # its value for an event and the id of its case


def open_reader(path: Path, mapping: Mapping, progress: OnRead | None) -> Reader:
    """The events of a log, case by case as they come. Raises `SourceError`, and `MappingError` for a column it lacks."""
    raw = RawInput(path, progress)
    try:
        log = read_log(raw)
        if not log.happenings:
            no_rows(raw.name)
        columns = _Columns(log, _case_type(log, mapping, raw.name), ZoneInfo(mapping.time.zone))
        check_columns(columns.names(set(mapping.columns.values())), mapping, raw.name)
        records = enumerate(columns.records(mapping), FIRST_ROW)
    except Exception:
        raw.close()
        raise
    return Reader(raw.name, rows_of(records, mapping, raw.name), lambda: raw.sha256, raw.close)


def _case_type(log: Log, mapping: Mapping, name: str) -> str:
    types = sorted({thing.type for thing in log.things.values()})
    wanted = mapping.source.case_object
    if wanted is None:
        remedy = f"Write 'case_object: TYPE' under source in the mapping, with one of: {', '.join(types)}."
        raise SourceError("the mapping does not say which type of object is the case.", at=Location(name), remedy=remedy)
    if wanted not in types:
        raise MappingError(
            f"{name} has no objects of type '{wanted}'.", at=Location(mapping.file), remedy=did_you_mean(wanted, types)
        )
    return wanted


class _Columns:
    """The columns of a log, made for those that the mapping names."""

    def __init__(self, log: Log, case_type: str, zone: tzinfo) -> None:
        self._log, self._case_type, self._zone = log, case_type, zone

    def names(self, mapped: set[str]) -> list[str]:
        """The columns there are; of those with a qualifier, only mapped ones: a qualifier may be any text."""
        things = self._log.things.values()
        related = {
            (self._log.things[id_].type, qualifier)
            for event in self._log.happenings
            for id_, qualifier in event.objects
            if id_ in self._log.things
        }
        names = {"ocel:eid", "ocel:activity", "ocel:timestamp", "ocel:case"}
        names |= {name for event in self._log.happenings for name in event.attributes}
        names |= {f"case:{name}" for thing in things if thing.type == self._case_type for name in thing.values}
        for prefix in ("object", "first"):
            names |= {f"{prefix}:{thing.type}" for thing in things}
            names |= {f"{prefix}:{kind}:{qualifier}" for kind, qualifier in related} & mapped
        return sorted(names)

    def records(self, mapping: Mapping) -> Iterator[Record]:
        """A record for each event and case; an event of no case has an empty one, and is quarantined and counted as such."""
        columns = {name: self._column(name) for name in mapping.columns.values()}
        for event in self._log.happenings:
            cases = dict.fromkeys(id_ for id_, _ in event.objects if self._type(id_) == self._case_type)
            for case in cases or [""]:
                yield {name: value(event, case) for name, value in columns.items()}

    def _type(self, id_: str) -> str | None:
        thing = self._log.things.get(id_)
        return thing.type if thing else None

    def _column(self, name: str) -> _Column:
        of_event: dict[str, _Column] = {
            "ocel:eid": lambda event, _: event.id,
            "ocel:activity": lambda event, _: event.type,
            "ocel:timestamp": lambda event, _: event.time,
            "ocel:case": lambda _, case: case,
        }
        if name in of_event:
            return of_event[name]
        prefix, _, rest = name.partition(":")
        if prefix == "object" and rest:
            return lambda event, _: ",".join(self._related(event, rest))
        if prefix == "first" and rest:
            return self._first(rest)
        if prefix == "case" and rest:
            return lambda event, case: self._value(self._log.things.get(case), rest, event)
        return lambda event, _: event.attributes.get(name)

    def _related(self, event: Happening, which: str) -> list[str]:
        """The objects of `TYPE` or `TYPE:QUALIFIER` that an event is about."""
        return [id_ for id_, qualifier in event.objects if which in {self._type(id_), f"{self._type(id_)}:{qualifier}"}]

    def _first(self, which: str) -> _Column:
        first: dict[str, str] = {}
        for event in self._log.happenings:
            for id_, _ in event.objects:
                first.setdefault(id_, event.id)
        return lambda event, _: next((first[id_] for id_ in self._related(event, which) if first[id_] != event.id), None)

    def _value(self, thing: Thing | None, name: str, event: Happening) -> object:
        """The latest value that an attribute had taken by the time of an event."""
        taken = thing.values.get(name, []) if thing else []
        now = self._instant(event.time)
        past = [(then, value) for time, value in taken if now is None or (then := self._instant(time)) is None or then <= now]
        return max(past, key=lambda pair: _EARLIEST if pair[0] is None else pair[0])[1] if past else None

    def _instant(self, time: object) -> datetime | None:
        try:
            moment = datetime.fromisoformat(str(time))
        except ValueError:
            return None
        return moment if moment.tzinfo else moment.replace(tzinfo=self._zone)


_EARLIEST = datetime.fromisoformat("0001-01-02T00:00:00+00:00")
