"""What the reports say of rules and of what a municipality changes: accepted deviations, overlays, conditions in words."""

from rebild_policy.labels import Label

# Accepted deviations.
WAIVERS: dict[str, Label] = {
    "waived": Label("Accepterede afvigelser", "Accepted deviations"),
    "waived-note": Label(
        "Mulige afvigelser, som kommunen har accepteret. De tælles ikke med ovenfor.",
        "Possible deviations that the municipality has accepted. They are not counted above.",
    ),
    "waived-of": Label("sag {case}, {event}", "case {case}, {event}"),
    "waived-why": Label(
        "{reason} Accepteret af {approver} til og med {day}.", "{reason} Accepted by {approver}, up to and including {day}."
    ),
    "waived-head": Label("Accepteret", "Accepted"),
    "waiver-notes": Label("Accepter at se på", "Acceptances to look at"),
    "waiver-note.expired": Label(
        "{rule}, sag {case}: udløb {day}. Afvigelsen tæller igen.",
        "{rule}, case {case}: ran out on {day}. The deviation counts again.",
    ),
    "waiver-note.unreasoned": Label(
        "{rule}, sag {case}: ingen begrundelse, så intet er accepteret.",
        "{rule}, case {case}: no reason, so nothing is accepted.",
    ),
    "waiver-note.unused": Label(
        "{rule}, sag {case}: der er ingen sådan afvigelse.", "{rule}, case {case}: there is no such deviation."
    ),
}

# Conditions and exemptions of rules, in words.
PHRASES: dict[str, Label] = {
    "phrase.some": Label("{what}", "{what}"),
    "phrase.none": Label("intet {what}", "no {what}"),
    "phrase.before": Label(" før {what}", " before {what}"),
    "phrase.after": Label(" efter {what}", " after {what}"),
    "phrase.of": Label(" som svar på {what}", " in answer to {what}"),
    "phrase.same": Label(" i samme spørgsmål", " in the same matter"),
    "phrase.where": Label(", hvor {what}", " where {what}"),
    "phrase.within": Label(", inden for: {what}", ", within: {what}"),
    "phrase.by": Label(", senest {what}", ", by {what}"),
    "phrase.not": Label("ikke: {what}", "not: {what}"),
    "phrase.present": Label("{what} er oplyst", "{what} is on record"),
    "phrase.absent": Label("{what} er ikke oplyst", "{what} is not on record"),
    "phrase.is": Label("{left} er {right}", "{left} is {right}"),
    "phrase.is-not": Label("{left} er ikke {right}", "{left} is not {right}"),
    "phrase.less": Label("{left} er mindre end {right}", "{left} is less than {right}"),
    "phrase.at-most": Label("{left} er højst {right}", "{left} is at most {right}"),
    "phrase.more": Label("{left} er mere end {right}", "{left} is more than {right}"),
    "phrase.at-least": Label("{left} er mindst {right}", "{left} is at least {right}"),
    "phrase.date-less": Label("{left} ligger før {right}", "{left} is before {right}"),
    "phrase.date-at-most": Label("{left} ligger senest på {right}", "{left} is at the latest {right}"),
    "phrase.date-more": Label("{left} ligger efter {right}", "{left} is after {right}"),
    "phrase.date-at-least": Label("{left} ligger tidligst på {right}", "{left} is at the earliest {right}"),
    "phrase.day": Label("dagen for {what}", "the day of {what}"),
    "phrase.earlier": Label("{left} kom før {right}", "{left} came before {right}"),
    "phrase.if": Label("{yes}, hvis {test}, ellers {no}", "{yes} if {test}, else {no}"),
}

# The count to a due date, day by day.
DAYS: dict[str, Label] = {
    "days": Label("Dag for dag", "Day by day"),
    "day.start": Label("regnes fra", "counted from"),
    "day.number": Label("dag {n}", "day {n}"),
    "day.holiday": Label("{name}, tæller ikke", "{name}, does not count"),
    "day.saturday": Label("tæller ikke", "does not count"),
    "day.sunday": Label("tæller ikke", "does not count"),
    "day.closed": Label("lukkedag, tæller ikke", "closed, does not count"),
    "day.paused": Label("{n} dage senere, hvor sagen var sat i bero", "{n} days later, on which the case was suspended"),
    "day.rolled": Label("{n} dage senere, til en hverdag", "{n} days later, to a working day"),
}

# What an overlay changes of a rule set.
OVERLAYS: dict[str, Label] = {
    "overlay": Label("Tilpasning", "Overlay"),
    "overlay.parameter": Label("{name} er sat til {value}: {reason}", "{name} is set to {value}: {reason}"),
    "overlay.table": Label("{name} er en egen tabel: {reason}", "{name} is a table of its own: {reason}"),
    "overlay.severity": Label("{name} har alvoren {value}: {reason}", "{name} has the severity {value}: {reason}"),
    "overlay.off": Label("{name} er slået fra: {reason}", "{name} is switched off: {reason}"),
}

# What a change of policy would do.
CHANGES: dict[str, Label] = {
    "change-old": Label("Før: {policy}", "Old: {policy}"),
    "change-new": Label("Efter: {policy}", "New: {policy}"),
    "change-count": Label(
        "{changes} af {verdicts} vurderinger ændres i {n} sager, opgjort pr. {day}.",
        "{changes} of {verdicts} verdicts change in {n} cases, as of {day}.",
    ),
    "change-count.one": Label(
        "{changes} af {verdicts} vurderinger ændres i én sag, opgjort pr. {day}.",
        "{changes} of {verdicts} verdicts change in one case, as of {day}.",
    ),
    "change-of-rule": Label("{changes} af {judged} vurderinger ændres", "{changes} of {judged} verdicts change"),
    "change-example": Label("sag {case}, {trigger} den {day}", "case {case}, {trigger} on {day}"),
    "change-due": Label("; frist {old}, derefter {new}", "; due {old}, then {new}"),
    "change-none": Label("ingen vurdering", "no verdict"),
}
