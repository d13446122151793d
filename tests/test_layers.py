"""Imports run downwards only: the order of the house, read off the source."""

import ast
from pathlib import Path

import pytest

import rebild_policy

ROOT = Path(rebild_policy.__file__).parent
# From the ground up. A module may import what stands above it in this list, which is what lies below it in the house.
ORDER = """
version
privacy audits.smallcells
labels
registration
calendar
errors
documents
expressions.nodes expressions.parsing expressions.writing expressions.kleene expressions
facts.base facts.events facts.vocabulary facts.case facts.coverage facts.order facts
rules
parameters
ical dues lazily
results
audits.equality
audits.results
audits.breakdowns audits.publishing audits.baseline
audits.comparisonresults audits.comparison
policydiff
rulefiles
examples
building
loading
waivers
overlays
plan.types plan.wording plan.walks plan.passes plan
engines.base engines.reference
explaining.messages explaining.edits explaining.solving explaining.proposals explaining.changes explaining.counting
explaining.disputes explaining.explain explaining
engines.runtime engines.kleene_source engines.formula_source engines.compiled
engines.durable.order engines.durable.conditions engines.durable.clauses engines.durable.encoding engines.durable.patterns
engines.durable.session engines.durable.boards engines.durable.facts engines.durable.rules engines.durable.judging
engines.durable.matches engines.durable.engine engines.durable
engines.tables.layout engines.tables.sql engines.tables.order engines.tables.conditions engines.tables.windows
engines.tables.collapsing
engines.tables.compiling engines.tables.arrays engines.tables.days engines.tables.loading engines.tables.engine
engines.tables.bindings engines.tables.extent engines.tables.writing engines.tables.database engines.tables.buckets
engines.tables.auditing
engines.tables.merging engines.tables.selecting
engines.tables.store engines.tables.decided engines.tables
engines.gaps engines
sources.accounting sources.conditions sources.shapes sources.times sources.cells sources.links sources.checks sources.pseudonyms
sources.rows sources.raw sources.records sources.stream
sources.formats.texts sources.formats.delimited sources.formats.jsonlines sources.formats.jsondocument
sources.formats.arrow sources.formats.memory sources.formats.parquet
sources.formats.markup sources.formats.cellvalues sources.formats.workbook sources.formats.xes
sources.formats.sqlitefile sources.formats.ocelfiles sources.formats.ocel sources.formats.database sources.formats
sources.opening sources.reading sources.export sources.mapping
sources.ingest.layouts sources.ingest.zones sources.ingest.moments sources.ingest.columns sources.ingest.rowtables
sources.ingest.events sources.ingest.accounts sources.ingest.setaside
sources.ingest.linking sources.ingest.normal sources.ingest.bucket
sources.ingest.spool sources.ingest.bytelines sources.ingest.csvtables sources.ingest.arrowtables
sources.ingest.tables sources.ingest sources
findings
preflight
bundled
scenario difference disguise crosscheck
audits.bulk.judging
audits.counts
audits.request
audits.casewise
audits.bulk.parts audits.bulk.store audits.bulk.running audits.bulk.assembling audits.bulk audits.choosing audits
previews
policy
spark.chunks spark.accounts spark.task spark.sessions spark.auditing spark
impact
strategies.pools strategies.choosing strategies.focus strategies.shapes strategies.generator strategies.hypothesis_source
strategies.shrinking strategies.naming strategies.sketches strategies.steering strategies.aimed strategies.public
selftest.drawing selftest.comparing selftest.long selftest
review.sampling review.answers review
proving.exceptions proving.asking proving.spots proving.operators proving.mutants proving.trials proving.coverage
proving.mutation proving
linting.remarks linting.models linting.logic linting.names linting.values linting.words linting.observed linting
schemas
authoring.comments authoring.formatting authoring.scaffold authoring.looking authoring.guessing authoring.proposing authoring
report.equal_texts report.page_texts report.review_texts report.comparison_texts report.rule_texts
report.texts report.figures report.writing
report.equal report.charts report.reviews report.runs report.jsonl report.tables report.parquetfile report.workbook
report.sentences report.timeline report.sarif report.junit report.markdown report.publication report.comparison
report.html report.checklists report.terminal report.preflight report.conditions report.rule_page report.rule_lists report.impact
report.failures report
testing.assertions testing.collecting testing
strategies.machine strategies strategies.registering
pytest_plugin
cli.failures cli.common cli.audit cli.check cli.compare cli.coverage cli.demo cli.diff cli.explain cli.fmt cli.initmapping
cli.lint cli.mutate cli.new cli.rules cli.sample cli.schema cli.selftest cli.test cli.options cli.authors cli.main cli
__main__
""".split()  # noqa: SIM905 - a list of a hundred names reads worse
RANK = {name: number for number, name in enumerate(ORDER)}
# Who may know a library that is slow to load, or that belongs to one side of the house.
AT_HOME = {
    "rich": {"report", "cli"},
    "typer": {"cli"},
    "jinja2": {"report"},
    "hypothesis": {"strategies"},
    "yaml": {"documents", "difference", "authoring"},
    "holidays": {"calendar"},
    "pytest": {"testing", "pytest_plugin"},
    "rapidfuzz": {"errors", "authoring"},
    "duckdb": {"engines"},
    "sqlglot": {"engines"},
    "pyarrow": {"engines", "audits", "sources", "report", "spark"},
    "numpy": {"engines", "sources"},
    "xlsxwriter": {"report"},
    "sqlalchemy": {"sources"},
}


def name_of(path):
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix("__init__").removesuffix(".")


MODULES = {
    name_of(path): ast.parse(path.read_text("utf-8")) for path in sorted(ROOT.rglob("*.py")) if path.parent.name != "rules"
}


def imports(tree):
    """The dotted names that a module imports, with their lines."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide where a module stands"
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def own(dotted):
    """The module of the library that a dotted name is in; None for one of others."""
    name = dotted.removeprefix("rebild_policy").removeprefix(".")
    if not dotted.startswith("rebild_policy"):
        return None
    while name and name not in MODULES:
        name = name.rpartition(".")[0]
    return name


def test_every_module_has_a_place_and_every_place_a_module():
    assert set(ORDER) == set(MODULES) - {""}
    assert len(ORDER) == len(RANK)


@pytest.mark.parametrize("name", [name for name in MODULES if name])
def test_imports_run_downwards(name):
    for dotted, line in imports(MODULES[name]):
        imported = own(dotted)
        if imported is not None:
            assert imported, f"{name}, line {line}, imports the package itself"
            assert RANK[imported] < RANK[name], f"{name}, line {line}, imports {imported}, which stands above it"


@pytest.mark.parametrize("name", MODULES)
def test_no_import_hides_in_a_function(name):
    for function in ast.walk(MODULES[name]):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            hidden = [node.lineno for node in ast.walk(function) if isinstance(node, ast.Import | ast.ImportFrom)]
            assert not hidden, f"{name}, line {hidden}"


def test_modules_are_loaded_by_name_in_few_places():
    def loads(tree):
        names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        names |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        return bool(names & {"import_module", "__import__", "importlib", "spec_from_file_location", "exec_module"})

    late = {"", "cli.main", "cli.options", "sources.opening", "strategies", "pytest_plugin", "engines", "audits.choosing"}
    late |= {"report.tables", "spark.sessions", "spark.auditing"}
    assert {name for name, tree in MODULES.items() if loads(tree)} == late


@pytest.mark.parametrize("library", AT_HOME)
def test_libraries_stay_at_home(library):
    users = {name for name, tree in MODULES.items() if any(dotted.split(".")[0] == library for dotted, _ in imports(tree))}
    assert {name.split(".")[0] for name in users} <= AT_HOME[library]


def test_one_module_knows_durable_rules_and_none_loads_its_host():
    users = {name for name, tree in MODULES.items() if any("durable_rules_engine" in dotted for dotted, _ in imports(tree))}
    assert users == {"engines.durable.session"}
    assert not {name for name, tree in MODULES.items() if any(dotted.split(".")[0] == "durable" for dotted, _ in imports(tree))}


def test_reports_know_results_and_neither_engines_nor_sources():
    for name, tree in MODULES.items():
        if name.startswith("report"):
            known = {own(dotted) or "" for dotted, _ in imports(tree)}
            assert not {module.split(".")[0] for module in known} & {"engines", "sources", "policy", "cli"}, name
            assert not {module for module in known if module.startswith(("audits.bulk", "audits.casewise"))}, name


def test_only_the_compiled_engine_runs_code_that_it_made():
    def runs(tree):
        calls = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
        return bool(calls & {"exec", "eval", "compile"})

    assert {name for name, tree in MODULES.items() if runs(tree)} == {"engines.compiled"}
