"""Columns at a time or row by row: the same events, the same account of every row, the same gaps."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random

import pytest
import random_exports as drawn

from rebild_policy.engines.tables.store import read_stored
from rebild_policy.errors import PolicyError
from rebild_policy.facts import vocabulary
from rebild_policy.sources.export import read_export
from rebild_policy.sources.ingest.accounts import Account
from rebild_policy.sources.ingest.bucket import Normaliser, read_gaps
from rebild_policy.sources.ingest.setaside import QUARANTINE, every
from rebild_policy.sources.ingest.spool import Spool, read_rows, spool
from rebild_policy.sources.ingest.tables import open_tables
from rebild_policy.sources.mapping import load_mapping
from rebild_policy.sources.pseudonyms import Pseudonyms


def in_buckets(path, mapping, pseudonyms, folder, buckets):
    """The cases and the account of an export by way of buckets, and how many cases were read columns at a time."""
    with open_tables(path, mapping) as tables:
        into = Spool(folder / "rows", mapping, pseudonyms, buckets)
        spool(tables.tables, into)
        told = into.finish(tables.name, tables.digest())
    normaliser, account, cases = Normaliser(mapping, pseudonyms), Account(), {}
    exact = 0
    original = normaliser._exactly

    def counted(table):
        nonlocal exact
        read = original(table)
        exact += len(read.cases)
        return read

    normaliser._exactly = counted
    account.add(told.astray)
    for number in range(buckets):
        bucket = folder / f"bucket-{number}"
        account.add(normaliser.write(read_rows(folder / "rows", number), bucket))
        cases |= {stored.case.id: (stored.case, frozenset(), stored.rows) for stored in read_stored(bucket, vocabulary())}
        cases |= {sourced.case.id: (sourced.case, sourced.gaps, sourced.rows) for sourced in read_gaps(bucket)}
    return told, account, cases, len(cases) - exact


def said(case):
    fields = case.model_dump(exclude={"events"})
    events = [(one.day, one.instant, one.model_dump(exclude={"time", "recorded_at", "case"})) for one in case.events]
    return fields, events


def compare(path, mapping, folder, pseudonyms=None, buckets=3):
    """Read both ways and hold them against each other; how many cases were read columns at a time."""
    try:
        export = read_export(path, mapping, pseudonyms=pseudonyms)
    except PolicyError as error:
        with pytest.raises(type(error), match=f"^{re.escape(str(error))}$"):
            in_buckets(path, mapping, pseudonyms, folder, buckets)
        return 0
    told, account, cases, clean = in_buckets(path, mapping, pseudonyms, folder, buckets)
    expected = export.accounting
    assert (told.rows, told.irrelevant, told.unmapped) == (expected.rows, expected.irrelevant, expected.unmapped)
    assert told.sha256 == export.input_sha256
    assert (account.cases, account.events) == (len(export.cases), expected.events)
    assert (account.mapped, account.duplicates) == (expected.mapped, expected.duplicates)
    assert (account.skipped, account.notes) == (expected.skipped, expected.notes)
    assert account.links == [[link.made, link.none, link.unknown] for link in expected.links]
    assert (account.quarantined, account.lost_cases) == (len(expected.quarantined), expected.lost_cases)
    files = [folder / "rows" / QUARANTINE, *(folder / f"bucket-{number}" / QUARANTINE for number in range(buckets))]
    assert tuple(every(files)) == expected.quarantined
    counts = [one.count for one in export.assumptions]
    assert [*account.assumed, *(made for made, *_ in account.links)] == counts
    assert set(cases) == {sourced.case.id for sourced in export.cases}
    for sourced in export.cases:
        case, gaps, lines = cases[sourced.case.id]
        assert gaps == sourced.gaps
        assert lines == sourced.rows
        assert said(case) == said(sourced.case)
    return clean


def draw(seed, folder, kind, faults):
    random = Random(seed)
    (folder / "mapping.yaml").write_text(drawn.mapping(random), encoding="utf-8")
    mapping = load_mapping(folder / "mapping.yaml")
    path = folder / f"export.{kind}"
    size = random.choice((3, 40, 250))
    drawn.WRITERS[kind](path, drawn.rows(random, size, faults, mapping.time.format), random, mapping.source.delimiter, faults)
    return path, mapping, random


@pytest.mark.parametrize("kind", drawn.WRITERS)
@pytest.mark.parametrize("seed", range(12))
def test_both_ways_say_the_same(seed, kind, tmp_path):
    path, mapping, random = draw(seed, tmp_path, kind, faults=random_share(seed))
    pseudonyms = Pseudonyms(b"a key of the tests, 32 bytes long") if random.random() < 0.3 else None
    compare(path, mapping, tmp_path, pseudonyms, buckets=random.choice((1, 3, 7)))


def random_share(seed):
    return (0.0, 0.02, 0.1, 0.4)[seed % 4]


def test_clean_cases_are_read_columns_at_a_time(tmp_path: Path):
    clean = [
        compare(*draw(seed, folder(tmp_path, seed), "csv", faults=0.0)[:2], tmp_path / str(seed)) for seed in range(100, 108)
    ]
    assert sum(clean) > 50


def folder(parent, name):
    made = parent / str(name)
    made.mkdir()
    return made


BLANKS = {"utf-8": ("\u00a0", "\u2009", "\u3000", "\u1680", "\u0085"), "cp1252": ("\u00a0",), "iso-8859-1": ("\u00a0", "\u0085")}
PLAIN_MAPPING = """
mapping: Sager
source: {{format: csv, delimiter: ";", encoding: {encoding}}}
columns: {{case: sag, activity: handling, time: tid, note: note}}
activities:
  Note:
    - event: information_requested
      set:
        source: {{column: note}}
covers:
  information_requested: [source]
"""


@pytest.mark.parametrize(("encoding", "blank"), [(encoding, blank) for encoding in BLANKS for blank in BLANKS[encoding]])
def test_blanks_beyond_ascii_are_taken_off_cells(encoding: str, blank: str, tmp_path: Path) -> None:
    """Danish letters and section signs are no reason to read line by line, and blanks of all kinds are found beside them."""
    rows = [f"S{n};Note;2026-01-{1 + n % 28:02};Høring, § {n} og så\u00e6" for n in range(500)]
    rows[250] = f"S250{blank};Note;2026-01-05;{blank}Høring{blank}"
    (tmp_path / "sager.csv").write_bytes("\n".join(["sag;handling;tid;note", *rows, ""]).encode(encoding))
    (tmp_path / "mapping.yaml").write_text(PLAIN_MAPPING.format(encoding=encoding), encoding="utf-8")
    assert compare(tmp_path / "sager.csv", load_mapping(tmp_path / "mapping.yaml"), tmp_path) == 500
