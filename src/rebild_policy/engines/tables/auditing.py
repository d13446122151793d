"""A bucket judged for an audit: each verdict with what its trigger says, the name of the finding, and what statistics measure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final

from rebild_policy.engines.tables.buckets import BucketJudge, key_of, places_of
from rebild_policy.engines.tables.compiling import Program
from rebild_policy.engines.tables.layout import CASE, ROW
from rebild_policy.engines.tables.writing import Ints
from rebild_policy.plan import open_links
from rebild_policy.rules import Rule

_ROWS: Final = """
SELECT r.cid, r.rule AS number, {places}, (enum_range(NULL::"$rule")[r.rule + 1])::"$rule" AS rule,
    r.k0 AS "trigger", {key} AS key, (enum_range(NULL::"$said")[r.verdict + 1])::"$said" AS verdict, r.due,
    t.type AS trigger_type, t.day AS trigger_day, t.row AS trigger_row, t.unit, t.channel, c.kind,
    translate(left(sha256(concat_ws(chr(0), enum_range(NULL::"$rule")[r.rule + 1]::VARCHAR, c."case",
        t.type || '/' || r.k0{others})), 20), '0123456789', 'ghjkmnpqrs') AS fingerprint,
    r.verdict AS said, r.matches
FROM "$rows" r JOIN read_parquet('{cases}') c USING (cid) JOIN ({triggers}) t ON t.cid = r.cid AND t.pos = r.p0 {joins}
"""
_MEASURED: Final = """
SELECT enum_range(NULL::"$said")[r.verdict + 1]::VARCHAR, a.day, b.day, count(*)
FROM "$rows" r LEFT JOIN read_parquet('{first}') a ON a.cid = r.cid AND a.id = r.k{start}
LEFT JOIN read_parquet('{second}') b ON b.cid = r.cid AND b.id = r.k{end}
WHERE r.rule = {rule} GROUP BY ALL
"""
_COUNTED: Final = """
SELECT enum_range(NULL::"$said")[verdict + 1]::VARCHAR, NULL, NULL, count(*) FROM "$rows" WHERE rule = {rule} GROUP BY ALL
"""
_EVENTS: Final = """SELECT '{type}' AS type, cid, pos, id, day, "{row}" AS row, unit, channel FROM read_parquet('{file}')"""
_NO_EVENTS: Final = """
SELECT '' AS type, 0 AS cid, 0 AS pos, '' AS id, NULL::DATE AS day, 0::BIGINT AS row, '' AS unit, '' AS channel WHERE false
"""


class AuditJudge(BucketJudge):
    """Judges buckets as `BucketJudge` does, and writes more of each verdict."""

    def _write(self, program: Program, into: Path) -> list[Ints]:
        rules = self._judged()
        others, joins = self._others(rules, program.width)
        text = _ROWS.format(
            key=key_of(program.width),
            cases=self._file(CASE),
            triggers=self._events({rule.each[0][1] for _, rule in rules}),
            others=others,
            joins=joins,
            places=places_of(program),
        )
        return self._put(program, text, into)

    def _judged(self) -> list[tuple[int, Rule]]:
        """The rules that have anything to judge in the bucket, with their numbers."""
        there = {file.stem for file in self.folder.glob("*.parquet")}
        return [(n, rule) for n, rule in enumerate(self.plan.rules) if {type_ for _, type_ in rule.each} <= there]

    def _file(self, name: str) -> str:
        return str(self.folder / f"{name}.parquet").replace("'", "''")

    def _events(self, types: set[str]) -> str:
        """The events of some types, with what findings tell of them."""
        found = [_EVENTS.format(type=type_, row=ROW, file=self._file(type_)) for type_ in sorted(types)]
        return " UNION ALL ".join(found or [_NO_EVENTS])

    def _others(self, rules: list[tuple[int, Rule]], width: int) -> tuple[str, str]:
        """The other events of each row as its fingerprint names them, and the joins that tell their types."""
        sure = [(n, rule) for n, rule in rules if len({type_ for _, type_ in rule.each[1:]}) <= 1 or not open_links(rule)]
        unsure = [(n, rule) for n, rule in rules if (n, rule) not in sure]
        types = {type_ for _, rule in unsure for _, type_ in rule.each[1:]}
        numbers = ", ".join(str(n) for n, _ in unsure)
        others, joins = [], []
        for place in range(1, width):
            known = [f"WHEN {n} THEN '{rule.each[place][1]}'" for n, rule in sure if len(rule.each) > place]
            said = f"CASE r.rule {' '.join(known)} END" if known else "NULL"
            if unsure:
                said = f"coalesce({said}, x{place}.type)"
                on = f"r.rule IN ({numbers}) AND x{place}.cid = r.cid AND x{place}.id = r.k{place}"
                joins.append(f"LEFT JOIN ({self._events(types)}) x{place} ON {on}")
            others.append(f", {said} || '/' || r.k{place}")
        return "".join(others), " ".join(joins)

    def measured(self) -> Iterator[tuple[str, str, date | None, date | None, int]]:
        """What statistics count in the bucket: rule, verdict, the days that the measure lies between, and how often."""
        for number, rule in self._judged():
            if rule.measure is None:
                continue
            if rule.measure.between is None:
                text = _COUNTED.format(rule=number)
            else:
                names = [var for var, _ in rule.each]
                start, end = (names.index(var) for var in rule.measure.between)
                files = [self._file(rule.each[place][1]) for place in (start, end)]
                text = _MEASURED.format(first=files[0], second=files[1], start=start, end=end, rule=number)
            for verdict, first, last, count in self.con.execute(text).fetchall():
                yield rule.name, verdict, first, last, count
