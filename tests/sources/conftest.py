"""Real files for the tests of sources: a small mapping, and exports written beside it."""

import textwrap
from dataclasses import dataclass
from pathlib import Path

import pytest

from rebild_policy.sources import Export, Mapping, load_mapping, read_export

SMALL = """\
mapping: small
source: {format: csv, delimiter: ";"}
columns:
  case: Sag
  id: Nr
  activity: Aktivitet
  time: Dato
  kind: Type
  channel: Kanal
  deadline: Frist
  text: Emne
time: {format: ["%d-%m-%Y %H:%M", "%d-%m-%Y"]}
case:
  kind: {column: kind}
activities:
  Ind:
    - event: inquiry_received
      when: row.channel != 'Intern'
      set:
        channel: {column: channel, values: {Brev: post, Mail: email}}
        kind: {column: text}
  Ansøgning:
    - event: inquiry_received
    - event: application_received
  Svar:
    - event: reply_sent
  Høring:
    - event: hearing_sent
      set:
        matter: {column: text}
        respond_by: {column: deadline}
links:
  reply_sent.inquiry: latest earlier unanswered inquiry_received
covers:
  inquiry_received: [channel, kind]
  reply_sent: [inquiry]
  hearing_sent: all
case_covers: [kind]
irrelevant: [Oprettet]
"""
HEADER = "Sag;Nr;Aktivitet;Dato;Type;Kanal;Frist;Emne\n"


@dataclass(frozen=True)
class Source:
    """A folder with a mapping and an export."""

    folder: Path
    small: str = SMALL
    header: str = HEADER

    def mapping(self, text: str = SMALL) -> Mapping:
        path = self.folder / "mapping.yaml"
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        return load_mapping(path)

    def file(self, export: str | bytes, name: str = "export.csv") -> Path:
        path = self.folder / name
        path.write_bytes(export.encode() if isinstance(export, str) else export)
        return path

    def read(self, export: str | bytes, mapping: str = SMALL) -> Export:
        return read_export(self.file(export), self.mapping(mapping))

    def rows(self, *rows: str, mapping: str = SMALL) -> Export:
        """An export of these rows under the usual header."""
        return self.read(HEADER + "".join(f"{row}\n" for row in rows), mapping)


@pytest.fixture
def source(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return Source(tmp_path)
