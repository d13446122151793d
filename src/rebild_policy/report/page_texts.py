"""What only the page of an audit says: charts, timelines, and the table of findings."""

from rebild_policy.labels import Label

PAGE: dict[str, Label] = {
    # time
    "short-day": Label("{day}. {month}", "{day} {month}"),
    "quarter": Label("{quarter}. kvt. {year}", "Q{quarter} {year}"),
    "week-of": Label("uge fra {day}", "week of {day}"),
    "or-longer": Label("{n} eller flere", "{n} or more"),
    "or-longer-short": Label("{n}+", "{n}+"),
    # the answer
    "of-events": Label("med {n} hændelser", "with {n} events"),
    "of-events.one": Label("med 1 hændelse", "with 1 event"),
    "checked": Label("efterprøvet mod retningslinjen", "checked against the guideline"),
    "kept-head": Label("Overholdt", "Kept"),
    "kept-of": Label("{kept} af {n} afgjorte", "{kept} of {n} decided"),
    "undecided": Label("Kan ikke afgøres", "Can’t be decided"),
    "kept-note": Label(
        "Overholdt er opfyldte af dem, der kunne afgøres: opfyldte og mulige afvigelser. Uafklarede, afventende og undtagne "
        "tæller ikke med.",
        "Kept is the satisfied of those that could be decided: satisfied and possible deviations. Undetermined, pending and "
        "exempt ones do not count.",
    ),
    "deviations-head": Label("Mulige afvigelser", "Possible deviations"),
    "of-high": Label("{n} af høj alvor", "{n} of high severity"),
    "pending-head": Label("Afventer en frist", "Await a deadline"),
    "next-deadline": Label("den næste {day} ({number})", "the next on {day} ({number})"),
    "none-waiting": Label("ingen frister forude", "no deadlines ahead"),
    "undetermined-head": Label("Uafklarede", "Undetermined"),
    "see-why": Label("se hvorfor", "see why"),
    "rests-head": Label("Hvad svaret hviler på", "What the answer rests on"),
    "rows-used": Label("af {n} rækker læst som hændelser", "of {n} rows read as events"),
    "rows-not-mapped": Label("rækker uden tilknytning", "rows not mapped"),
    "rows-in-quarantine": Label("rækker i karantæne", "rows in quarantine"),
    "rules-not-checkable": Label("regler, kilden ikke kan svare på", "rules that the source can’t answer"),
    "assumptions-made": Label("antagelser", "assumptions"),
    # charts
    "as-table": Label("Tallene som tabel", "The numbers as a table"),
    "trend-head": Label("Mulige afvigelser måned for måned", "Possible deviations month by month"),
    "trend-note": Label(
        "Efter den måned, hvor forpligtelsen opstod. De seneste måneder har forpligtelser, der endnu afventer.",
        "By the month in which the obligation arose. The latest months have obligations that are still pending.",
    ),
    "period": Label("Periode", "Period"),
    "where": Label("Hvor afvigelserne er", "Where the deviations are"),
    "where-note": Label(
        "Afdeling og kanal er dem, der står på den hændelse, som forpligtelsen udspringer af; sagstypen er sagens. "
        "En afdeling eller sagstype, som færre end fem sager har, nævnes ikke: den kunne pege på en person.",
        "Department and channel are those of the event that the obligation springs from; the case type is the case’s. "
        "A department or case type that fewer than five cases have is not named: it could point to a person.",
    ),
    "by-unit": Label("Efter afdeling", "By department"),
    "by-channel": Label("Efter kanal", "By channel"),
    "by-kind": Label("Efter sagstype", "By case type"),
    "by-channel-head": Label("Kanal", "Channel"),
    "no-unit": Label("Eksporten siger intet om afdelinger.", "The export says nothing of departments."),
    "no-channel": Label("Eksporten siger intet om kanaler.", "The export says nothing of channels."),
    "no-kind": Label("Eksporten siger intet om sagstyper.", "The export says nothing of case types."),
    "not-given": Label("ikke oplyst", "not given"),
    "all-others": Label("alle andre", "all others"),
    "times": Label("Svartider", "Answer times"),
    "no-times": Label(
        "Eksporten viser ikke, hvornår der er svaret, så svartider kan ikke måles.",
        "The export does not show when answers were given, so answer times can’t be measured.",
    ),
    "times-within": Label("{share} inden for {limit} ({number} af {n}).", "{share} within {limit} ({number} of {n})."),
    "times-note": Label(
        "Kun det første svar måles, og ubesvarede henvendelser er ikke med. En tid over linjen er ikke i sig selv en afvigelse: "
        "en kvittering i tide kan være nok.",
        "Only the first answer is measured, and inquiries without one are not counted. A time beyond the line is no deviation by "
        "itself: an acknowledgement in time can be enough.",
    ),
    "days-head": Label("Hverdage", "Working days"),
    "open-head": Label("Åbne forpligtelser", "Open obligations"),
    "awaited-head": Label("Efter frist", "By due date"),
    "more-rules": Label("{n} regler mere", "{n} more rules"),
    "more-rules.one": Label("1 regel mere", "1 more rule"),
    "open-note": Label("{n} forpligtelser har en frist, der ikke er nået.", "{n} obligations have a deadline still to come."),
    "open-note.one": Label("1 forpligtelse har en frist, der ikke er nået.", "1 obligation has a deadline still to come."),
    "no-open": Label("Ingen forpligtelser afventer en frist.", "No obligation awaits a deadline."),
    "spark": Label("Mulige afvigelser over tid: {told}.", "Possible deviations over time: {told}."),
    "spark-of": Label("{number} i {period}", "{number} in {period}"),
    "reasons-of": Label(
        "Grundene er talt op for {n} af de uafklarede forhold.", "The reasons were counted for {n} of the undetermined findings."
    ),
    "more-reasons": Label("{n} grunde mere", "{n} more reasons"),
    "more-reasons.one": Label("1 grund mere", "1 more reason"),
    # the findings
    "filter": Label("Søg og vælg i fundene", "Search and filter the findings"),
    "search": Label("Søg", "Search"),
    "any": Label("alle", "all"),
    "reset": Label("Vis alle", "Show all"),
    "matches": Label("{shown} af {all} fund vist", "{shown} of {all} findings shown"),
    "no-match": Label("Ingen fund svarer til valgene.", "No finding meets the choices."),
    "sort-by": Label("Sortér efter {what}", "Sort by {what}"),
    "day-head": Label("Frist", "Due"),
    "see-findings": Label("Se fundene", "See the findings"),
    "capped": Label(
        "Siden viser {shown} af {n} mulige afvigelser, de værste først. Filen med fund har dem alle.",
        "The page shows {shown} of {n} possible deviations, the worst first. The findings file has them all.",
    ),
    "with-others": Label(
        "Hertil kommer {undetermined} uafklarede og {pending} afventende som eksempler.",
        "There are also {undetermined} undetermined and {pending} pending ones as examples.",
    ),
    # a finding
    "course": Label("Forløb", "Course of events"),
    "at-trigger": Label("Her begynder forpligtelsen", "The obligation begins here"),
    "at-start": Label("Fristen regnes herfra", "The time is counted from here"),
    "at-due": Label("Frist", "Deadline"),
    "at-due-counted": Label("Frist: {duration}", "Deadline: {duration}"),
    "at-as-of": Label("Opgjort", "As of"),
    "did-not-come": Label("Ikke kommet: {what}", "Had not come: {what}"),
    "not-yet": Label("Ikke kommet endnu: {what}", "Not there yet: {what}"),
    "not-known": Label("Om det er sket, vides ikke: {what}", "Whether it happened is not known: {what}"),
    "should-not-be": Label("Måtte ikke være der: {event}", "Was not to be there: {event}"),
    "day-count": Label("Dag for dag", "Day by day"),
    "day-ruler": Label(
        "Dagene fra {start} til {end}. Skraverede dage tæller ikke.",
        "The days from {start} to {end}. Hatched days do not count.",
    ),
    "source-row": Label("Kilde", "Source"),
    "source-row-of": Label("{file}, række {row}", "{file}, row {row}"),
}
