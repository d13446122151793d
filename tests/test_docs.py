"""The documentation is true: its code runs, its output is the real one, its links lead somewhere, its generated parts are new.

Of each page, the blocks run in order in an empty folder; the Python blocks of a page share their names. A comment before a
block says more:

    <!-- file: case.json -->       the block is written to this file
    <!-- append: case.yaml -->     the block is written to the end of this file
    <!-- from: rules/x.yaml -->    the block stands in this file of the project, word for word
    <!-- exit: 2 -->               the commands of the block end with this code
    <!-- needs: receipt.csv -->    the block runs where the receipt log is at hand

A `text` block after a Python or shell block is its output, without blanks at the ends of lines. `python tests/test_docs.py`
writes the real output into the pages, or into those that are named.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import zip_longest
from pathlib import Path
from types import ModuleType

import pytest
import typer

from rebild_policy import rulefiles
from rebild_policy.cli.main import app
from rebild_policy.documents import DocumentReader
from rebild_policy.errors import PolicyError
from rebild_policy.facts.base import REGISTRY

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
LOG = Path(os.environ.get("REBILD_POLICY_DATA", ROOT.parent / "shared" / "data")) / "receipt.csv"
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
NAMES = [path.relative_to(ROOT).as_posix() for path in PAGES]

# What pages speak of without making it, from the project: file of the page's folder -> file or folder of the project.
LAID_OUT = {
    "README.md": {
        "export.csv": "src/rebild_policy/demo/sager.csv",
        "mapping.yaml": "src/rebild_policy/demo/sager.yaml",
    },
    "docs/how-to/review-by-people.md": {
        "export.csv": "src/rebild_policy/demo/sager.csv",
        "mapping.yaml": "src/rebild_policy/demo/sager.yaml",
    },
    "docs/explanation/privacy.md": {
        "export.csv": "src/rebild_policy/demo/sager.csv",
        "mapping.yaml": "src/rebild_policy/demo/sager.yaml",
    },
    "docs/how-to/compare-audits.md": {
        "export.csv": "src/rebild_policy/demo/sager.csv",
        "mapping.yaml": "src/rebild_policy/demo/sager.yaml",
    },
    "docs/how-to/audit-a-large-export.md": {
        "export.csv": "src/rebild_policy/demo/sager.csv",
        "mapping.yaml": "src/rebild_policy/demo/sager.yaml",
    },
    "docs/how-to/audit-in-a-build.md": {
        "export.csv": "src/rebild_policy/demo/sager.csv",
        "mapping.yaml": "src/rebild_policy/demo/sager.yaml",
    },
    "docs/tutorial/your-first-audit.md": {"udtraek.csv": "docs/examples/udtraek.csv"},
    "docs/da/efterproevning.md": {"udtraek.csv": "docs/examples/udtraek.csv"},
    "docs/how-to/map-an-export.md": {"docs/examples": "docs/examples"},
    "docs/how-to/compare-policies.md": {"docs/examples": "docs/examples"},
}
# Commands that are shown and not run here, each with the reason.
NOT_RUN = {
    "make demo": "installs from the package index; .ci/run runs it",
    "make test": "runs this test",
    "make docs": "builds the site, as tests/test_site.py does",
    "make bench": "takes minutes and gives other figures every time",
    "git clone": "there is no address to clone from yet",
    "cd rebild_policy": "goes with the clone",
    "python3 -m venv": "installs; .ci/run makes an environment",
    ". .venv/bin/activate": "goes with the environment",
    "pip install": "installs from the package index",
    "venv-pack": "goes with the environment that it packs",
    "audit-env/bin/pip install": "installs from the package index",
    "spark-submit": "needs a cluster; tests/spark starts a small one and runs the example",
    "CPPFLAGS=": "builds a library; docs/explanation/decisions/0009-durable-rules.md says where it was tried",
    "rebild-policy selftest --cases 20000 --seed 1": "takes minutes; tests/engines compares as many",
    "rebild-policy selftest --cases 1000000": "takes over an hour; recorded by hand",
    "rebild-policy selftest --cases 200000": "takes twenty minutes; recorded by hand",
}

# What a page may call, and what it does: as after an installation.
COMMANDS_OF_PAGES = {
    "rebild-policy": "from rebild_policy.cli.main import main\n\nmain()",
    "pytest": "import sys\n\nimport pytest\n\nsys.exit(pytest.main())",
}

BLOCK = re.compile(
    r"(?:^<!-- (?P<word>file|append|from|exit|needs): (?P<about>[^\n]+?) -->\n+)?"
    r"^(?P<indent> *)```(?P<lang>[a-z]*)\n(?P<body>.*?)^(?P=indent)```$",
    re.MULTILINE | re.DOTALL,
)


# --------------------------------------------------------------------------------------------------------------- running
@dataclass
class Block:
    """One fenced block of a page and the comment before it."""

    lang: str
    body: str
    start: int  # where the body begins and ends in the page
    end: int
    line: int
    said: dict[str, str] = field(default_factory=dict)

    @property
    def commands(self) -> list[str]:
        """The commands of a shell block, comments and line continuations undone."""
        lines = self.body.replace("\\\n", " ").splitlines()
        return [command for line in lines if (command := " ".join(line.partition("  #")[0].split()))]


def blocks(page: str) -> list[Block]:
    """The fenced blocks of a page, in order."""
    found = []
    for match in BLOCK.finditer(page):
        said = {match["word"]: match["about"]} if match["word"] else {}
        line = page.count("\n", 0, match.start("body"))
        found.append(Block(match["lang"], match["body"], match.start("body"), match.end("body"), line, said))
    return found


@dataclass
class Output:
    """What a block printed, and what the page says it prints, if the page says."""

    block: Block
    shown: Block | None
    real: str


class Runner:
    """Runs the blocks of one page in a folder."""

    def __init__(self, name: str, folder: Path, *, with_log: bool) -> None:
        self.name = name
        self.page = (ROOT / name).read_text(encoding="utf-8")
        self.folder = folder
        self.with_log = with_log
        self.names: dict[str, object] = {"__name__": "__main__"}

    def run(self) -> Iterator[Output]:
        """Run every block that runs; yields what each printed."""
        self._lay_out()
        found = blocks(self.page)
        for block, after in zip_longest(found, found[1:]):
            if "needs" in block.said and not self.with_log:
                continue
            printed = self._run(block)
            if printed is not None:
                shown = after if after and after.lang == "text" and not after.said else None
                yield Output(block, shown, re.sub(r" +$", "", printed, flags=re.MULTILINE))

    def _lay_out(self) -> None:
        for name, source in LAID_OUT.get(self.name, {}).items():
            target = self.folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.symlink_to(ROOT / source)
        if self.with_log:
            (self.folder / LOG.name).symlink_to(LOG)

    def _run(self, block: Block) -> str | None:
        """What the block prints; None for one that does not run."""
        if "from" in block.said:
            source = (ROOT / block.said["from"]).read_text(encoding="utf-8")
            assert block.body in source, f"{self.name}:{block.line}: this does not stand in {block.said['from']}"
        elif "file" in block.said:
            target = self.folder / block.said["file"]
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(block.body, encoding="utf-8")
        elif "append" in block.said:
            with (self.folder / block.said["append"]).open("a", encoding="utf-8") as file:
                file.write(block.body)
        elif block.lang == "python":
            return self._python(block)
        elif block.lang == "sh":
            return self._shell(block)
        elif block.lang == "json":
            json.loads(block.body)
        elif block.lang == "yaml":
            DocumentReader(f"{self.name}:{block.line}", PolicyError).read(block.body)
        return None

    def _python(self, block: Block) -> str:
        code = compile("\n" * block.line + block.body, self.name, "exec", dont_inherit=True)
        with contextlib.chdir(self.folder), contextlib.redirect_stdout(io.StringIO()) as printed:
            exec(code, self.names)
        return printed.getvalue()

    def _shell(self, block: Block) -> str | None:
        if not_run(block):
            return None
        done = subprocess.run(
            ["sh", "-c", block.body],
            cwd=self.folder,
            env=environment(self.folder),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )
        code = int(block.said.get("exit", 0))
        assert done.returncode == code, f"{self.name}:{block.line}: exit code {done.returncode}\n{done.stdout}"
        return done.stdout


def not_run(block: Block) -> bool:
    """Is every command of the block one that is not run? A block with some of both is refused."""
    known = [any(command.startswith(start) for start in NOT_RUN) for command in block.commands]
    assert all(known) or not any(known), f"line {block.line}: put the commands that are not run in a block of their own"
    if not any(known):
        assert block.body.startswith(("rebild-policy ", "cat ", "pytest ")), f"line {block.line}: nobody knows how to test this"
    return all(known)


def environment(folder: Path) -> dict[str, str]:
    """Where the command is `rebild-policy`, as after an installation, and neither terminal nor locale shows through."""
    tools = folder / ".bin"
    tools.mkdir(exist_ok=True)
    for name, code in COMMANDS_OF_PAGES.items():
        command = tools / name
        command.write_text(f"#!{sys.executable}\n{code}\n", encoding="utf-8")
        command.chmod(0o755)
    kept = {name: value for name, value in os.environ.items() if name in {"HOME", "SYSTEMROOT", "TMPDIR"}}
    path = os.pathsep.join([str(tools), os.environ["PATH"]])
    # CI: Hypothesis draws the same on every run.
    return {
        **kept,
        "CI": "true",
        "PATH": path,
        "PYTHONPATH": str(ROOT / "src"),
        "COLUMNS": "100",
        "LC_ALL": "C.UTF-8",
        "PYTHONUTF8": "1",
    }


@pytest.fixture(autouse=True)
def _own_vocabulary() -> Iterator[None]:
    """Event types that a page defines are gone after it."""
    before = dict(REGISTRY)
    yield
    REGISTRY.clear()
    REGISTRY.update(before)


@pytest.mark.parametrize("name", NAMES)
def test_code_runs_and_output_is_real(name: str, tmp_path: Path) -> None:
    check(Runner(name, tmp_path, with_log=False))


@pytest.mark.skipif(not LOG.is_file(), reason="the receipt log is not here; REBILD_POLICY_DATA says where it is")
@pytest.mark.parametrize("name", [name for name in NAMES if "<!-- needs: " in (ROOT / name).read_text(encoding="utf-8")])
def test_code_on_the_receipt_log(name: str, tmp_path: Path) -> None:
    check(Runner(name, tmp_path, with_log=True))


def check(runner: Runner) -> None:
    for output in runner.run():
        if output.shown:
            place = f"{runner.name}:{output.shown.line}"
            assert output.shown.body == output.real, f"{place}: python tests/test_docs.py writes the real output"


# ------------------------------------------------------------------------------------------------------------- the pages
def make_reference(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The tool that writes the generated parts."""
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    return importlib.import_module("make_reference")


def test_generated_parts_are_up_to_date(monkeypatch: pytest.MonkeyPatch) -> None:
    tool = make_reference(monkeypatch)
    stale = [name for name in NAMES[1:] if tool.filled(text := (ROOT / name).read_text(encoding="utf-8")) != text]
    assert not stale, f"run: python tools/make_reference.py ({', '.join(stale)})"
    used = {match["name"] for name in NAMES[1:] for match in tool.REGION.finditer((ROOT / name).read_text(encoding="utf-8"))}
    assert used == set(tool.PARTS)


def test_every_rule_has_its_page_as_it_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    made = make_reference(monkeypatch).whole_pages()
    there = {path: path.read_text(encoding="utf-8") for path in (DOCS / "reference" / "rules").glob("*.md")}
    assert there == made, "run: python tools/make_reference.py"


def prose(name: str) -> str:
    """A page without its code."""
    text = BLOCK.sub("", (ROOT / name).read_text(encoding="utf-8"))
    return re.sub(r"`[^`\n]*`", "", text)


def anchors(path: Path) -> set[str]:
    """The anchors that the headings of a page make, as GitHub makes them."""
    found: set[str] = set()
    for heading in re.findall(r"^#+ (.+)$", BLOCK.sub("", path.read_text(encoding="utf-8")), re.MULTILINE):
        text = re.sub(r"[^\w\- ]", "", re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading.lower()))
        found.add(text.strip().replace(" ", "-"))
    return found


@pytest.mark.parametrize("name", NAMES)
def test_links_lead_somewhere(name: str) -> None:
    page = ROOT / name
    for link in re.findall(r"\]\(([^)\s]+)\)", prose(name)):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{name}: {link}"
        assert target.is_relative_to(ROOT), f"{name}: {link}"
        assert not anchor or anchor in anchors(target), f"{name}: {link}"


def test_every_page_is_in_the_index() -> None:
    """Or in the list of its folder, where the index names that."""
    listed = {DOCS / "index.md"}
    for page in (DOCS / "index.md", DOCS / "reference" / "rules.md", DOCS / "explanation" / "decisions" / "README.md"):
        assert page in listed
        links = re.findall(r"\]\(([\w./-]+\.md)\)", page.read_text(encoding="utf-8"))
        listed |= {(page.parent / link).resolve() for link in links}
    assert not [page for page in PAGES[1:] if page not in listed]


@pytest.mark.parametrize("name", NAMES)
def test_plain_words(name: str) -> None:
    found = re.search(r"\b(simply|just|obviously|illegal\w*|ulovlig\w*)\b", prose(name), re.IGNORECASE)
    assert not found, f"{name}: {found[0]}"


# ---------------------------------------------------------------------------------------------------------- completeness
COMMANDS = [command.name or command.callback.__name__ for command in app.registered_commands if command.callback]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_is_documented(command: str, tmp_path: Path) -> None:
    page = (DOCS / "reference" / "command-line.md").read_text(encoding="utf-8")
    assert f"\n### {command}\n" in page
    section = page.partition(f"\n### {command}\n")[2].partition("\n### ")[0]
    done = subprocess.run(
        ["sh", "-c", f"rebild-policy {command} --help"],
        env=environment(tmp_path),
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    options = set(re.findall(r"^ +(--[a-z-]+)", done.stdout, re.MULTILINE)) - {"--help"}
    assert not [option for option in options if f"`{option}" not in section]


@cache
def options() -> dict[str, set[str]]:
    """The options of each command, as its help has them."""
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    return {
        command: {option for parameter in commands[command].params for option in parameter.opts if option.startswith("--")}
        | {"--help"}
        for command in COMMANDS
    }


@pytest.mark.parametrize("name", NAMES)
def test_every_command_and_option_that_a_page_speaks_of_exists(name: str) -> None:
    page = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    known = options()
    every = set().union(*known.values(), {"--version"})
    for command, rest in re.findall(r"^(?:`|- run: | *)rebild-policy ([a-z][a-z-]*)([^\n`|]*)", page, re.MULTILINE):
        assert command in known, f"{name}: rebild-policy {command}"
        unknown = set(re.findall(r"(?<=\s)--[a-z][a-z-]*", rest)) - known[command]
        assert not unknown, f"{name}: rebild-policy {command} {unknown}"
    others = {"docs/how-to/test-your-own-system.md", "docs/how-to/run-on-spark.md"}  # options of pytest and of Spark
    if name not in others:
        assert not set(re.findall(r"`(--[a-z][a-z-]*)[ `]", page)) - every, name


def test_every_module_has_its_place() -> None:
    page = (DOCS / "explanation" / "architecture.md").read_text(encoding="utf-8")
    package = ROOT / "src" / "rebild_policy"
    modules = {path.name for path in package.glob("*.py")} - {"__init__.py", "version.py"}
    packages = {f"{path.parent.name}/" for path in package.glob("*/__init__.py")}
    assert not sorted(name for name in modules | packages if f"`{name}`" not in page)


def test_every_law_that_rules_refer_to_is_in_the_glossary() -> None:
    page = (DOCS / "reference" / "glossary.md").read_text(encoding="utf-8")
    terms = [row.partition("|")[2].partition("|")[0] for row in page.splitlines() if row.startswith("| ")]
    laws = DocumentReader("laws.yaml", PolicyError).read((ROOT / "rules" / "laws.yaml").read_text(encoding="utf-8"))["laws"]
    assert not [law["name"] for law in laws if not any(law["name"] in term for term in terms)]


def test_every_key_of_a_rule_file_is_documented() -> None:
    page = (DOCS / "reference" / "rule-language.md").read_text(encoding="utf-8")
    shapes = [shape for shape in vars(rulefiles).values() if isinstance(shape, type) and issubclass(shape, rulefiles.Shape)]
    keys = {info.alias or name for shape in shapes for name, info in shape.model_fields.items()}
    assert not sorted(key for key in keys if f"`{key}`" not in page)


# --------------------------------------------------------------------------------------------------------------- writing
def main(names: list[str]) -> None:
    """Write the real output of every block into the pages named, or into all."""
    for name in names or NAMES:
        with tempfile.TemporaryDirectory() as folder:
            runner = Runner(name, Path(folder), with_log=LOG.is_file())
            page = runner.page
            for output in reversed(list(runner.run())):
                if output.shown:
                    page = page[: output.shown.start] + output.real + page[output.shown.end :]
        if page != runner.page:
            (ROOT / name).write_text(page, encoding="utf-8")
            print(f"written: {name}")
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1:])
