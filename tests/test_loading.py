# ruff: noqa: E501 - one fault a line
"""Rule files: what a folder gives when it is right, and one clear error with file and line when it is not."""

from datetime import date

import pytest

from rebild_policy.calendar import Duration
from rebild_policy.errors import ExpressionError, ParameterError, RuleError
from rebild_policy.expressions import UNKNOWN
from rebild_policy.loading import load_rules
from rebild_policy.rules import Group, Quantifier, Within

FILES = {
    "ruleset.yaml": """\
ruleset: tiny
version: 1.2.3
title: {da: Små regler, en: Tiny rules}
""",
    "statements.yaml": """\
sections:
  contact: {da: Kontakt, en: Contact}
statements:
  - id: G21
    section: contact
    gloss: {da: svar, en: answer}
    quote: svar inden ti dage
    modality: obligation
    answer: rules
  - id: G22
    section: contact
    gloss: {da: stempel, en: stamp}
    quote: stemples
    modality: obligation
    answer: rules
""",
    "terms.yaml": """\
terms:
  adverse:
    title: {da: imod borgeren, en: against the citizen}
    of: {d: decision_made}
    means: d.outcome in ('refused', 'burdening')
""",
    "parameters/deadline.yaml": """\
parameter: deadline
kind: duration
title: {da: frist, en: deadline}
values:
  - from: 1990-01-01
    value: 10 working days
    reference: the guideline
  - from: 2020-01-01
    value: 4 weeks
    reference: the guideline as changed
""",
    "parameters/kinds.yaml": """\
parameter: kinds
kind: list
title: {da: sagstyper, en: case types}
values:
  - {from: 1990-01-01, value: [pension, fleksjob], reference: none}
""",
    "parameters/limit.yaml": """\
parameter: limit
kind: number
title: {da: grænse, en: limit}
values:
  - {from: 1990-01-01, value: 3, reference: none}
""",
    "parameters/times.yaml": """\
parameter: times
kind: table
title: {da: tider, en: times}
rows:
  - {case_kind: pension, value: 4, unit: weeks, start: received, end: decided, valid_from: 2020-01-01, in_force: true}
""",
    "contact/late-answer.yaml": """\
rule: late-answer
title: {da: sent svar, en: late answer}
statements: [G21]
law: [FVL § 7]
severity: medium
each: {inquiry: inquiry_received}
if: inquiry.written
unless:
  - holds: present(inquiry.forwarded_to)
require:
  - some: {reply: reply_sent}
    of: inquiry
    within: parameters.deadline
    from: inquiry.received_on
message: {da: 'Senest {due}.', en: 'By {due}, received on {inquiry.received_on}.'}
remedy: {da: svar, en: answer}
not_formalised: {da: intet, en: nothing}
examples:
  - name: {da: i tide, en: in time}
    as_of: 2026-02-27
    events: [{inquiry: 2026-01-05, channel: email}, {reply: 2026-01-06, inquiry: inquiry}]
    expect: satisfied
  - name: {da: sidste dag, en: last day}
    as_of: 2026-02-27
    deadline: last day
    events: [{inquiry: 2026-01-05, channel: email}, {reply: 2026-02-02, inquiry: inquiry}]
    expect: satisfied
  - name: {da: dagen efter, en: day after}
    as_of: 2026-02-27
    deadline: day after
    events: [{inquiry: 2026-01-05, channel: email}, {reply: 2026-02-03, inquiry: inquiry}]
    expect: violated
  - name: {da: der er tid, en: there is time}
    as_of: 2026-01-06
    events: [{inquiry: 2026-01-05, channel: email}]
    expect: pending
  - name: {da: ukendt, en: unknown}
    as_of: 2026-02-27
    without: [reply_sent]
    events: [{inquiry: 2026-01-05, channel: email}]
    expect: undetermined
""",
    "decisions/no-hearing.yaml": """\
rule: no-hearing
title: {da: ingen høring, en: no hearing}
statements: [G22]
law: []
severity: high
each: {decision: decision_made}
if: adverse(decision)
require:
  - some: {hearing: hearing_sent}
    before: decision
    same: matter
subsumed_by: late-answer
message: {da: mangler, en: 'Missing for {decision.outcome}.'}
remedy: {da: hør, en: hear}
not_formalised: {da: intet, en: nothing}
examples:
  - name: {da: hørt, en: heard}
    as_of: 2026-02-27
    events: [{hearing: 2026-01-05, matter: m}, {decision: 2026-01-06, matter: m, outcome: refused}]
    expect: satisfied
  - name: {da: ikke hørt, en: not heard}
    as_of: 2026-02-27
    events: [{decision: 2026-01-06, matter: m, outcome: refused}]
    expect: violated
  - name: {da: ukendt, en: unknown}
    as_of: 2026-02-27
    events: [{decision: 2026-01-06, matter: m}]
    expect: undetermined
""",
}
LATE, HEARING, TERMS = "contact/late-answer.yaml", "decisions/no-hearing.yaml", "terms.yaml"
STATEMENTS, DEADLINE, TIMES = "statements.yaml", "parameters/deadline.yaml", "parameters/times.yaml"


@pytest.fixture
def folder(rules):
    for name, text in FILES.items():
        rules.file(name, text)
    return rules


def test_a_folder_that_is_right(folder):
    ruleset = folder.load()
    assert (ruleset.name, ruleset.version, ruleset.title.en) == ("tiny", "1.2.3", "Tiny rules")
    assert [rule.name for rule in ruleset.rules] == ["late-answer", "no-hearing"]
    assert set(ruleset.terms) == {"adverse"}
    assert set(ruleset.statements) == {"G21", "G22"}
    assert {name: parameter.kind for name, parameter in ruleset.parameters.items()} == {
        "deadline": "duration",
        "kinds": "list",
        "limit": "number",
        "times": "table",
    }
    assert [len(folder.plan(profile).rules) for profile in ("guideline", "statutory")] == [2, 2]


# Each fault: the file, what stands there, what stands there instead, and the error. The line is that of the first line of
# the text put in, or of the part of it between « and ».
BROKEN = [
    # --------------------------------------------------------------------------------------------------- keys and shapes
    ("unknown key", LATE, "severity: medium", "severty: medium", "unknown key 'severty'. Did you mean 'severity'?"),
    ("unknown key of a node", LATE, "    within:", "    «witin:»", "unknown key 'witin'. Did you mean 'within'?"),
    ("unknown key of an example", LATE, "    deadline: last day", "    dedline: last day", "unknown key 'dedline'. Did you mean 'deadline'?"),
    ("unknown key of a text", LATE, "remedy: {da: svar, en: answer}", "remedy: {da: svar, eng: answer}", "unknown key 'eng'. Did you mean 'en'?"),
    ("missing key", LATE, "severity: medium\n", "«»", "severity: Field required."),
    ("missing language", LATE, "remedy: {da: svar, en: answer}", "remedy: {da: svar}", "remedy.en: Field required."),
    ("empty text", LATE, "remedy: {da: svar, en: answer}", "remedy: {da: svar, en: ''}", "remedy.en: String should have at least 1 character."),
    ("unknown severity", LATE, "severity: medium", "severity: severe", "severity: Input should be 'low', 'medium' or 'high'."),
    ("unknown profile", LATE, "severity: medium", "severity: medium\nprofile: «statute»", "profile: Input should be 'guideline' or 'statutory'."),
    ("no statement", LATE, "statements: [G21]", "statements: []", "statements: List should have at least 1 item after validation, not 0."),
    ("a name with blanks", LATE, "rule: late-answer", "rule: late answer", "rule: String should match pattern"),
    ("no node of the language", LATE, "  - some: {reply: reply_sent}", "  - count: {reply: reply_sent}", "require.0: this is none of some, none, holds, any, all."),
    ("a requirement that is a word", HEARING, "require:\n  - some: {hearing: hearing_sent}\n    before: decision\n    same: matter", "require: nothing", "require: Input should be 'never'."),
    ("an empty requirement", HEARING, "require:\n  - some: {hearing: hearing_sent}\n    before: decision\n    same: matter", "require: []", "require: List should have at least 1 item after validation, not 0."),
    ("two variables in one node", HEARING, "{hearing: hearing_sent}", "{hearing: hearing_sent, other: reply_sent}", "require.0.some: Dictionary should have at most 1 item after validation, not more."),
    ("a node of no type", HEARING, "{hearing: hearing_sent}", "{hearing: []}", "require.0.some.hearing: List should have at least 1 item after validation, not 0."),
    ("not above a node", HEARING, "  - some: {hearing: hearing_sent}", "  - not: {hearing: hearing_sent}", "require.0: this is none of some, none, holds, any, all."),
    ("an empty group", LATE, "  - holds: present(inquiry.forwarded_to)", "  - any: []", "unless.0.any: List should have at least 1 item after validation, not 0."),
    ("a number for a date", LATE, "    as_of: 2026-01-06", "    as_of: 20260106", "examples.3.as_of: a date is written YYYY-MM-DD."),
    ("a key twice", LATE, "law: [FVL § 7]", "law: [FVL § 7]\n«law:» []", "the key 'law' stands here twice. Remove one."),
    ("a variable twice", LATE, "each: {inquiry: inquiry_received}", "each: {inquiry: inquiry_received, inquiry: reply_sent}", "the key 'inquiry' stands here twice. Remove one."),
    # -------------------------------------------------------------------------------------------------- names and events
    ("unknown event type in each", LATE, "{inquiry: inquiry_received}", "{inquiry: inquiry_recieved}", "unknown event type 'inquiry_recieved'. Did you mean 'inquiry_received'?"),
    ("any event in each", LATE, "{inquiry: inquiry_received}", "{inquiry: any_event}", "'each' binds one event type."),
    ("a reserved name", LATE, "each: {inquiry: inquiry_received}", "each: {inquiry: inquiry_received, case: reply_sent}", "'case' can't be the name of an event."),
    ("unknown event type in a node", HEARING, "{hearing: hearing_sent}", "{hearing: hearing_snt}", "unknown event type 'hearing_snt'. Did you mean 'hearing_sent'?"),
    ("a variable that is bound already", HEARING, "{hearing: hearing_sent}", "{decision: hearing_sent}", "'decision' is bound already. Choose another name."),
    ("unknown variable in before", HEARING, "  «- some»: {hearing: hearing_sent}\n    before: decision", "  «- some»: {hearing: hearing_sent}\n    before: decison", "'decison' is not bound by 'each'. Did you mean 'decision'?"),
    ("a candidate as a place", HEARING, "  «- some»: {hearing: hearing_sent}\n    before: decision", "  «- some»: {hearing: hearing_sent}\n    before: hearing", "'hearing' is not bound by 'each'. Known: decision."),
    ("unknown variable in of", LATE, "  «- some»: {reply: reply_sent}\n    of: inquiry", "  «- some»: {reply: reply_sent}\n    of: request", "'request' is not bound by 'each'. Known: inquiry."),
    ("no link", LATE, "  «- some»: {reply: reply_sent}", "  «- some»: {reply: meeting_held}", "meeting_held has no link to inquiry_received. Leave 'of' out and compare ids in 'where'."),
    ("a matter that nobody has", LATE, "  «- some»: {reply: reply_sent}\n    of: inquiry", "  «- some»: {reply: reply_sent}\n    of: inquiry\n    same: matter", "no bound event has the field 'matter'."),
    ("a matter that the candidate lacks", HEARING, "{hearing: hearing_sent}", "{hearing: meeting_held}", "unknown field 'matter' of meeting_held."),
    # -------------------------------------------------------------------------------------------------------- conditions
    ("no condition", LATE, "if: inquiry.written", "if: inquiry.written and", "'inquiry.written and' is not a condition: invalid syntax."),
    ("chained comparison", HEARING, "if: adverse(decision)", "if: day(decision) < decision.sent_on < decision.confirmed_in_writing_on", "A chained comparison is not in the language: join two with 'and'."),
    ("unknown field", LATE, "if: inquiry.written", "if: inquiry.writen", "unknown field 'writen' of inquiry_received. Did you mean 'written'?"),
    ("unknown field of the case", LATE, "if: inquiry.written", "if: case.knd == 'pension'", "unknown field 'knd' of the case. Did you mean 'kind'?"),
    ("unknown enum value", LATE, "if: inquiry.written", "if: inquiry.channel == 'pots'", "unknown value 'pots'. Did you mean 'post'?"),
    ("unknown enum value in a list", LATE, "if: inquiry.written", "if: inquiry.channel in ('post', 'emial')", "unknown value 'emial'. Did you mean 'email'?"),
    ("unknown variable", LATE, "if: inquiry.written", "if: inqury.written", "'inqury' is not bound here. Did you mean 'inquiry'?"),
    ("a candidate outside its node", LATE, "if: inquiry.written", "if: reply.channel == 'post'", "'reply' is not bound here."),
    ("unknown term", HEARING, "if: adverse(decision)", "if: advers(decision)", "unknown term 'advers'. Did you mean 'adverse'?"),
    ("a term of too many events", HEARING, "if: adverse(decision)", "if: adverse(decision, decision)", "adverse() takes 1 events."),
    ("a term of the wrong event", LATE, "if: inquiry.written", "if: adverse(inquiry)", "unknown field 'outcome' of inquiry_received."),
    ("unknown parameter", LATE, "    within: parameters.deadline", "    within: parameters.dedline", "unknown parameter 'dedline'. Did you mean 'deadline'?"),
    ("a literal duration", LATE, "    within: parameters.deadline", "    within: 10 working days", "a duration is always a parameter. Name it in rules/parameters/"),
    ("a parameter of another kind", LATE, "parameters.deadline", "parameters.kinds", "'within' takes a duration, and this is a list. Write parameters.name."),
    ("a table without a key", LATE, "parameters.deadline", "parameters.times", "the parameter 'times' is a table. Write parameters.times[case.kind]."),
    ("a key without a table", LATE, "parameters.deadline", "parameters.deadline[case.kind]", "the parameter 'deadline' is a duration. Write parameters.deadline without a key."),
    ("a key that is no text", LATE, "parameters.deadline", "parameters.times[case.urgent]", "the key of a table is a text, and this is true or false."),
    ("in a parameter that is no list", LATE, "if: inquiry.written", "if: case.kind in parameters.limit", "after 'in' comes a list of the same type, and this is a number."),
    ("types that do not compare", LATE, "if: inquiry.written", "if: inquiry.written == 'yes'", "true or false can't be compared with a text."),
    ("a number compared with a date", HEARING, "if: adverse(decision)", "if: decision.sent_on == 5", "a date can't be compared with a number."),
    ("no date", HEARING, "if: adverse(decision)", "if: decision.sent_on < '2026-02-30'", "'2026-02-30' is not a date. Write '2024-01-31'."),
    ("texts have no order", LATE, "if: inquiry.written", "if: case.kind < 'pension'", "a text has no order. Use == or !=."),
    ("a link compared with a text", LATE, "    within:", "    where: «reply.inquiry == case.kind»\n    within:", "a link can't be compared so with a text. Compare a link with the id of an event: reply.inquiry == inquiry.id."),
    ("a link put in order", LATE, "    within:", "    where: «reply.inquiry < inquiry.id»\n    within:", "a link can't be compared so with a id."),
    ("a link in a list of numbers", LATE, "    within:", "    where: «reply.inquiry in (1, 2)»\n    within:", "a link can't be in a list with a number."),
    ("a list of mixed types", LATE, "if: inquiry.written", "if: inquiry.channel in ('post', 5)", "can't be in a list with a number."),
    ("a bare text", LATE, "if: inquiry.written", "if: inquiry.kind", "a condition is true or false, and this is a text. Compare it, or use present()."),
    ("a bare date", LATE, "if: inquiry.written", "if: day(inquiry)", "a condition is true or false, and this is a date."),
    ("a bare link", LATE, "if: inquiry.written", "if: not inquiry.merged_into", "a condition is true or false, and this is a link."),
    ("sides that differ", LATE, "    from: inquiry.received_on", "    from: day(inquiry) if inquiry.written else inquiry.kind", "the two sides of 'if … else' differ: a date, and a text."),
    ("present of no field", LATE, "  - holds: present(inquiry.forwarded_to)", "  - holds: present(day(inquiry))", "present() takes a field. Write present(x.ground)."),
    ("a start that is no date", LATE, "    from: inquiry.received_on", "    from: inquiry.kind", "a deadline is a date, and this is a text. Write day(x), or a date field."),
    ("a start of the candidate", LATE, "    from: inquiry.received_on", "    from: day(reply)", "'reply' is not bound here."),
    # ----------------------------------------------------------------------------------------------------------- windows
    ("no deadline", LATE, "  «- some»: {reply: reply_sent}\n    of: inquiry\n    within: parameters.deadline\n    from: inquiry.received_on", "  «- some»: {reply: reply_sent}\n    of: inquiry", "a required event that comes after another needs a deadline."),
    ("no deadline inside a group", LATE, "  - some: {reply: reply_sent}\n    of: inquiry\n    within: parameters.deadline\n    from: inquiry.received_on", "  - any:\n      «- some»: {reply: reply_sent}\n        after: inquiry\n      - holds: inquiry.written", "a required event that comes after another needs a deadline."),
    ("from without within", LATE, "  «- some»: {reply: reply_sent}\n    of: inquiry\n    within: parameters.deadline", "  «- some»: {reply: reply_sent}\n    of: inquiry", "'from' goes with 'within'."),
    ("by and within", LATE, "    within: parameters.deadline", "    within: parameters.deadline\n    «by:» inquiry.received_on", "'by' goes without 'within'."),
    ("within of nothing", HEARING, "    before: decision\n    same: matter", "    «within:» parameters.deadline", "'within' needs 'after', 'of' or 'between': what it is counted from."),
    ("between and after", LATE, "  «- some»: {reply: reply_sent}\n", "  «- some»: {reply: reply_sent}\n    between: [inquiry, inquiry]\n    after: inquiry\n", "'between' goes without 'before' and 'after'."),
    ("a suspension of another name", LATE, "    within:", "    paused_by: «pause»\n    within:", "paused_by: Input should be 'suspension'."),
    ("an unknown roll", LATE, "    within:", "    roll: «previous day»\n    within:", "roll: Input should be 'next working day'."),
    # ---------------------------------------------------------------------------------------------------------- messages
    ("an unknown placeholder", LATE, "message: {da: 'Senest {due}.'", "message: {da: 'Senest {deu}.'", "the message names 'deu'. Did you mean 'due'?"),
    ("a text in a message", LATE, "message: {da: 'Senest {due}.'", "message: {da: 'Om {inquiry.kind}.'", "the message can't show 'inquiry.kind': only dates, numbers, yes or no, and enums."),
    ("an id in a message", LATE, "message: {da: 'Senest {due}.'", "message: {da: 'Om {inquiry.id}.'", "the message can't show 'inquiry.id'"),
    ("a candidate in a remedy", LATE, "remedy: {da: svar, en: answer}", "remedy: {da: svar, en: 'Answer {reply.day}.'}", "the message names 'reply.day'."),
    # ---------------------------------------------------------------------------------------------------------- examples
    ("no satisfied example", HEARING, "    expect: satisfied", "    expect: violated", "the examples of 'no-hearing' lack one that is satisfied.", "examples:"),
    ("no violated example", HEARING, "    expect: violated", "    expect: satisfied", "the examples of 'no-hearing' lack one that is violated.", "examples:"),
    ("no undetermined example", HEARING, "    expect: undetermined", "    expect: satisfied", "the examples of 'no-hearing' lack one that is undetermined.", "examples:"),
    ("no pending example", LATE, "    expect: pending", "    expect: violated", "the examples of 'late-answer' lack one that is pending.", "examples:"),
    ("no last day", LATE, "    deadline: last day\n", "", "the examples of 'late-answer' lack one with 'deadline: last day'.", "examples:"),
    ("no day after", LATE, "    deadline: day after\n", "", "the examples of 'late-answer' lack one with 'deadline: day after'.", "examples:"),
    ("an unknown verdict", LATE, "    expect: pending", "    expect: pendign", "unknown verdict 'pendign'. Did you mean 'pending'?"),
    ("an empty event", LATE, "    events: [{inquiry: 2026-01-05, channel: email}]\n    expect: pending", "    events: [{}]\n    expect: pending", "an event of an example is empty."),
    ("no examples", HEARING, FILES[HEARING][FILES[HEARING].index("examples:") :], "examples: []\n", "the examples of 'no-hearing' lack one that is satisfied, one that is undetermined, one that is violated."),
    # ------------------------------------------------------------------------------------------------- names between files
    ("the name of another file", LATE, "rule: late-answer", "rule: later-answer", "the rule 'later-answer' stands in a file called 'late-answer.yaml'. Give both one name."),
    ("unknown statement", LATE, "statements: [G21]", "statements: [G12]", "unknown statement 'G12'."),
    ("subsumed by nobody", HEARING, "subsumed_by: late-answer", "subsumed_by: late-anwser", "unknown rule 'late-anwser'. Did you mean 'late-answer'?"),
    ("subsumed by itself", HEARING, "subsumed_by: late-answer", "subsumed_by: no-hearing", "'no-hearing' is subsumed by itself, so that no rule would tell."),
    ("each subsumed by the other", LATE, "severity: medium", "severity: medium\n«subsumed_by:» no-hearing", "'late-answer' is subsumed by itself, so that no rule would tell."),
    ("never in force", LATE, "severity: medium", "severity: medium\n«valid:» {from: 2026-01-05, to: 2026-01-04}", "the rule is never in force."),
    ("a measure of a duty", LATE, "severity: medium", "severity: medium\n«measure:» share", "a duty has no 'measure'. Write kind: statistic, or leave it out."),
    ("an unknown measure", LATE, "severity: medium", "severity: medium\nkind: statistic\n«measure:» average", "a measure is 'share' or 'working_days(x, y)'."),
    ("a measure of unknown events", LATE, "severity: medium", "severity: medium\nkind: statistic\n«measure:» working_days(inquiry, reply)", "'reply' is not bound by 'each'. Known: inquiry."),
    # ------------------------------------------------------------------------------------------------------------- terms
    ("unknown field in a term", TERMS, "d.outcome", "d.outcom", "unknown field 'outcom' of decision_made. Did you mean 'outcome'?"),
    ("unknown value in a term", TERMS, "'burdening'", "'burdning'", "unknown value 'burdning'. Did you mean 'burdening'?"),
    ("unknown variable in a term", TERMS, "d.outcome", "decision.outcome", "'decision' is not bound here. Known: case, d, parameters."),
    ("unknown type in a term", TERMS, "    of: {d: decision_made}\n    means: d", "    of: {d: decision_mad}\n    «means»: d", "unknown event type 'decision_mad'. Did you mean 'decision_made'?"),
    ("a term in a term", TERMS, "    means: d.outcome in ('refused', 'burdening')", "    means: adverse(d)", "a term can't use another term ('adverse'). Write the condition out."),
    ("a term that is no condition", TERMS, "    means: d.outcome in ('refused', 'burdening')", "    means: d.matter", "a condition is true or false, and this is a text."),
    ("unknown key of a term", TERMS, "    means:", "    meens:", "unknown key 'meens'. Did you mean 'means'?"),
    # -------------------------------------------------------------------------------------------------------- parameters
    ("no duration", DEADLINE, "    value: 4 weeks", "    value: 4 fortnights", "'4 fortnights' is not a duration", "values:"),
    ("a value of another kind", DEADLINE, "    value: 4 weeks", "    value: [4 weeks]", "the value of 'deadline' is not a duration. Write it as '10 working days'.", "values:"),
    ("values out of order", DEADLINE, "  - from: 2020-01-01", "  - from: 1980-01-01", "the values stand oldest first, each with its own day.", "values:"),
    ("two values of one day", DEADLINE, "  - from: 2020-01-01", "  - from: 1990-01-01", "the values stand oldest first, each with its own day.", "values:"),
    ("a value without a reference", DEADLINE, "    reference: the guideline as changed\n", "", "values.1.reference: Field required.", "  - from: 2020"),
    ("an unknown kind", DEADLINE, "kind: duration", "kind: durations", "kind: Input should be 'duration', 'number', 'flag', 'text', 'list' or 'table'."),
    ("a table of values", DEADLINE, "kind: duration", "kind: table", "a table has 'rows', every other kind has 'values'.", "parameter:"),
    ("a duration of rows", TIMES, "kind: table", "kind: duration", "a table has 'rows', every other kind has 'values'.", "parameter:"),
    ("a row of no unit", TIMES, "unit: weeks", "unit: fortnights", "rows.0.unit: Input should be 'working days', 'days', 'weeks' or 'months'."),
    ("a negative time", TIMES, "value: 4,", "value: -4,", "rows.0.value: Input should be greater than or equal to 0."),
    ("a time that is too long", TIMES, "value: 4,", "value: 4000,", "rows.0.value:"),
    # -------------------------------------------------------------------------------------------- statements and rule set
    ("an unknown section", STATEMENTS, "    section: contact\n    gloss: {da: stempel", "    section: contct\n    gloss: {da: stempel", "unknown section 'contct'. Did you mean 'contact'?"),
    ("a statement twice", STATEMENTS, "  - id: G22", "  - id: G21", "the statement 'G21' stands here twice.", "  - id: G21\n    section: contact\n    gloss: {da: stempel"),
    ("an unknown answer", STATEMENTS, "    answer: rules\n  - id: G22", "    answer: rule\n  - id: G22", "statements.0.answer: Input should be 'rules', 'statistic', 'review' or 'context'."),
    ("people judge and are asked nothing", STATEMENTS, "    answer: rules\n  - id: G22", "    answer: review\n  - id: G22", "'G21' is judged by people and has no question. Write the question that a reviewer of a case answers with yes, no or can't tell.", "    answer: review"),
    ("people are asked what is counted", STATEMENTS, "    answer: rules\n  - id: G22", "    answer: statistic\n    question: {da: hvad, en: what}\n  - id: G22", "nobody is asked about 'G21'. A question goes with 'answer: review', or with 'answer: rules' where people judge the quality.", "    question:"),
    ("a question in one language", STATEMENTS, "    answer: rules\n  - id: G22", "    answer: rules\n    question: {da: hvad}\n  - id: G22", "statements.0.question.en: Field required.", "    question:"),
    ("no version", "ruleset.yaml", "version: 1.2.3", "version: 1.2", "version: "),
    ("an unknown key of the rule set", "ruleset.yaml", "version: 1.2.3", "versoin: 1.2.3", "unknown key 'versoin'. Did you mean 'version'?"),
]  # fmt: skip


@pytest.mark.parametrize("fault", BROKEN, ids=[fault[0] for fault in BROKEN])
def test_each_fault_is_one_error_with_its_file_and_line(folder, fault):
    _, name, old, new, words, *place = fault
    old, text = old.replace("«", "").replace("»", ""), FILES[name]
    assert text.count(old) >= 1
    marked = text.replace(old, new, 1)
    if place:
        line = marked[: marked.index(place[0])].count("\n") + 1
    elif new == "«»":
        line = 1
    else:
        line = text[: text.index(old)].count("\n") + new.partition("«")[0].count("\n") * ("«" in new) + 1
    path = folder.file(name, marked.replace("«", "").replace("»", ""))
    with pytest.raises(RuleError) as caught:
        folder.plan()
    error = str(caught.value)
    assert words in error
    assert error.startswith(f"{path}:{line}: ")
    assert "\n" not in error
    assert "tagged" not in error
    assert type(caught.value) in {RuleError, ExpressionError, ParameterError}


def test_there_are_faults_enough():
    assert len(BROKEN) == len({fault[0] for fault in BROKEN}) > 90


# ----------------------------------------------------------------------------------------------------------------- folders
def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(RuleError, match=r"none: there is no such folder of rules\."):
        load_rules(tmp_path / "none")


def test_a_folder_without_rules(rules):
    with pytest.raises(RuleError, match=r"the folder holds no rule\. Put one rule in a file \*\.yaml\."):
        rules.load()
    rules.parameter("deadline", "4 weeks")
    with pytest.raises(RuleError, match="the folder holds no rule"):
        rules.load()


def test_one_rule_in_two_files(folder):
    folder.file("elsewhere/late-answer.yaml", FILES[LATE])
    with pytest.raises(RuleError, match=r"elsewhere/late-answer\.yaml:1: the rule 'late-answer' stands in two files"):
        folder.load()


def test_one_parameter_in_two_files(folder):
    folder.file("parameters/more/deadline.yaml", FILES[DEADLINE])
    with pytest.raises(ParameterError, match=r"more/deadline\.yaml:1: the parameter 'deadline' stands in two files"):
        folder.load()


def test_a_file_that_would_not_be_read_is_refused(folder):
    folder.file("contact/forgotten.yml", FILES[LATE])
    with pytest.raises(RuleError, match=r"contact/forgotten\.yml: a file of rules ends in \.yaml"):
        folder.load()


def test_the_name_of_a_special_file_counts_at_the_top_only(folder):
    folder.file("contact/terms.yaml", FILES[TERMS])
    with pytest.raises(RuleError, match=r"contact/terms\.yaml:1: unknown key 'terms'"):
        folder.load()


def test_everything_but_the_rules_may_be_left_out(rules):
    rules.rule("each: {decision: decision_made}\nrequire: never\n")
    ruleset = rules.load()
    assert (ruleset.name, ruleset.version, ruleset.terms, ruleset.parameters, ruleset.statements) == (
        "own-rules",
        "0.0.0",
        {},
        {},
        {},
    )


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n", "rule: x".encode("utf-16"), b"[" * 10_000, b"a: &a [*a]"])
def test_a_hostile_rule_file_is_one_error(folder, content):
    path = folder.folder / "contact" / "hostile.yaml"
    path.write_bytes(content)
    with pytest.raises(RuleError, match=r"contact/hostile\.yaml"):
        folder.load()


def test_an_unknown_rule_is_answered_with_the_nearest(folder):
    with pytest.raises(RuleError, match=r"unknown rule 'late-anser'\. Did you mean 'late-answer'\?"):
        folder.load().rule("late-anser")
    assert folder.load().rule("no-hearing").severity == "high"


def test_the_digest_is_that_of_names_and_contents(folder):
    first = folder.load().digest
    assert folder.load().digest == first
    path = folder.file(DEADLINE, FILES[DEADLINE].replace("4 weeks", "5 weeks"))
    changed = folder.load().digest
    assert changed != first
    path.write_text(FILES[DEADLINE], "utf-8")
    path.rename(path.with_name("renamed.yaml"))
    assert folder.load().digest not in {first, changed}


# ------------------------------------------------------------------------------------------------------------------- nodes
def test_what_a_rule_file_becomes(folder):
    rule = folder.load().rule("late-answer")
    assert isinstance(rule.require, Group)
    (node,) = rule.require.parts
    assert isinstance(node, Quantifier)
    assert (node.kind, node.var, node.types, node.of) == ("some", "reply", ("reply_sent",), "inquiry")
    assert isinstance(node.window, Within)
    assert (rule.unless.kind, rule.require.kind) == ("any", "all")
    assert (rule.valid_from, rule.valid_to) == (date.min, date.max)
    assert str(node.at).endswith("late-answer.yaml:11")
    assert [example.deadline for example in rule.examples] == [None, "last day", "day after", None, None]


def test_require_never_is_false(rules):
    rules.rule("each: {decision: decision_made}\nrequire: never\n")
    (rule,) = rules.plan().rules
    assert rule.require.parts[0].condition.value is False


def test_examples_are_written_out(folder):
    example = folder.load().rule("no-hearing").examples[0]
    assert example.case == {
        "id": "example",
        "events": [
            {"type": "hearing_sent", "id": "hearing", "time": date(2026, 1, 5), "matter": "m"},
            {"type": "decision_made", "id": "decision", "time": date(2026, 1, 6), "matter": "m", "outcome": "refused"},
        ],
    }
    assert example.expect == {"decision": "satisfied"}
    assert example.profiles == ("guideline", "statutory")


# -------------------------------------------------------------------------------------------------------------- parameters
def test_the_value_in_force_is_that_of_the_day(folder):
    deadline = folder.load().parameters["deadline"]
    days = [date(1989, 12, 31), date(1990, 1, 1), date(2019, 12, 31), date(2020, 1, 1), date(2100, 1, 1)]
    ten, four = Duration(10, "working days"), Duration(4, "weeks")
    assert [deadline.on(day) for day in days] == [UNKNOWN, ten, ten, four, four]


def test_the_row_in_force_is_that_of_the_day_and_the_key(rules):
    rules.rule("each: {decision: decision_made}\nrequire: never\n")
    rules.table(
        "times",
        """\
        - {case_kind: a, value: 4, unit: weeks, start: s, end: e, valid_from: 2020-01-01, valid_to: 2020-12-31, in_force: true}
        - {case_kind: a, value: 5, unit: weeks, start: s, end: e, valid_from: 2022-01-01, in_force: true}
        - {case_kind: b, value: 6, unit: weeks, start: s, end: e, valid_from: 2020-01-01, in_force: false}
        """,
    )
    table = rules.load().parameters["times"]
    days = [date(2019, 12, 31), date(2020, 1, 1), date(2020, 12, 31), date(2021, 6, 1), date(2022, 1, 1)]
    four, five = Duration(4, "weeks"), Duration(5, "weeks")
    assert [table.on(day, "a") for day in days] == [UNKNOWN, four, four, UNKNOWN, five]
    assert [table.on(day, "b") for day in days] == [UNKNOWN] * 5
    assert table.on(date(2022, 1, 1), "c") is UNKNOWN


@pytest.mark.parametrize(
    ("kind", "value", "held"),
    [
        ("number", "3", 3),
        ("flag", "true", True),
        ("text", "words", "words"),
        ("list", "[a, b]", ("a", "b")),
        ("duration", "1 month", Duration(1, "months")),
    ],
)
def test_the_kinds_of_parameters(rules, kind, value, held):
    rules.rule("each: {decision: decision_made}\nrequire: never\n")
    rules.parameter("one", value, kind=kind)
    assert rules.load().parameters["one"].on(date(2026, 1, 5)) == held


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("number", "three"),
        ("number", "true"),
        ("number", "1.5"),
        ("flag", "yes"),
        ("text", "5"),
        ("list", "a"),
        ("list", "[1]"),
        ("duration", "10"),
    ],
)
def test_a_value_of_another_kind_is_refused(rules, kind, value):
    rules.rule("each: {decision: decision_made}\nrequire: never\n")
    rules.parameter("one", value, kind=kind)
    with pytest.raises(ParameterError, match=rf"parameters/one\.yaml:4: the value of 'one' is not a {kind}"):
        rules.load()


def test_terms_count_in_the_dates_of_windows_too(rules):
    rules.file(TERMS, FILES[TERMS])
    rules.rule("""
        each: {decision: decision_made}
        require:
          - some: {reply: reply_sent}
            by: decision.sent_on if adverse(decision) else day(decision)
        """)
    assert rules.plan().rules
    rules.rule("""
        each: {decision: decision_made}
        require:
          - some: {reply: reply_sent}
            by: decision.sent_on if advers(decision) else day(decision)
        """)
    with pytest.raises(RuleError, match=r"rule\.yaml:20: unknown term 'advers'\. Did you mean 'adverse'\?"):
        rules.plan()
