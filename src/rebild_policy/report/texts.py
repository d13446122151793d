"""Every word that the reports say of their own, in Danish and English, in one place.

A text may have places for values, as in "{n} sager". Where `n` is 1, the text of the same name with ".one" is used. What
is found is always a possible deviation: the tool points, people judge.
"""

from rebild_policy.labels import Label
from rebild_policy.report.comparison_texts import COMPARISON
from rebild_policy.report.equal_texts import EQUAL
from rebild_policy.report.page_texts import PAGE
from rebild_policy.report.review_texts import REVIEWS
from rebild_policy.report.rule_texts import CHANGES, DAYS, OVERLAYS, PHRASES, WAIVERS

PROFILES: dict[str, Label] = {
    "guideline": Label("retningslinjen, som den står", "the guideline as it stands"),
    "statutory": Label("retningslinjen med lovens undtagelser", "the guideline with the statutory exceptions"),
}

# What a verdict means, in one sentence.
MEANINGS: dict[str, Label] = {
    "satisfied": Label("Sagen viser det, som retningslinjen lover.", "The case shows what the guideline promises."),
    "violated": Label(
        "Sagen viser ikke det, som retningslinjen lover. Mennesker vurderer hvorfor.",
        "The case does not show what the guideline promises. People judge why.",
    ),
    "undetermined": Label(
        "Et faktum, som svaret afhænger af, er ikke kendt. Det er hverken en fejl eller en frikendelse.",
        "A fact that the answer turns on is not known. It is neither a fault nor an acquittal.",
    ),
    "pending": Label("Der er stadig tid til at opfylde det.", "There is still time to do it."),
    "exempt": Label("En undtagelse er på sagen.", "An exemption is on record."),
}

# The name of a verdict after a number, where it differs.
PLURALS: dict[str, Label] = {
    "violated": Label("mulige afvigelser", "possible deviations"),
    "undetermined": Label("uafklarede", "undetermined"),
    "exempt": Label("undtagne", "exempt"),
}

# How a statement of the guideline is answered, where it is not by rules.
ANSWERS: dict[str, Label] = {
    "rules": Label("Ikke efterprøvet i denne opgørelse.", "Not checked in this audit."),
    "statistic": Label("Opgøres kun som statistik.", "Counted as a statistic only."),
    "review": Label("Vurderes af mennesker.", "Judged by people."),
    "context": Label("Intet at efterprøve i en sag.", "Nothing to check in a case."),
}

UNITS: dict[str, Label] = {
    "working days": Label("hverdage", "working days"),
    "working day": Label("hverdag", "working day"),
    "days": Label("dage", "days"),
    "day": Label("dag", "day"),
    "weeks": Label("uger", "weeks"),
    "week": Label("uge", "week"),
    "months": Label("måneder", "months"),
    "month": Label("måned", "month"),
}

MONTHS = (
    *("januar", "februar", "marts", "april", "maj", "juni"),
    *("juli", "august", "september", "oktober", "november", "december"),
)

SHORT_MONTHS: tuple[Label, ...] = (
    Label("jan.", "Jan"),
    Label("feb.", "Feb"),
    Label("marts", "Mar"),
    Label("april", "Apr"),
    Label("maj", "May"),
    Label("juni", "Jun"),
    Label("juli", "Jul"),
    Label("aug.", "Aug"),
    Label("sep.", "Sep"),
    Label("okt.", "Oct"),
    Label("nov.", "Nov"),
    Label("dec.", "Dec"),
)

WEEKDAYS: tuple[Label, ...] = (
    Label("man.", "Mon"),
    Label("tirs.", "Tue"),
    Label("ons.", "Wed"),
    Label("tors.", "Thu"),
    Label("fre.", "Fri"),
    Label("lør.", "Sat"),
    Label("søn.", "Sun"),
)

NUMBERS: tuple[Label, ...] = (
    Label("nul", "no"),
    Label("én", "one"),
    Label("to", "two"),
    Label("tre", "three"),
    Label("fire", "four"),
    Label("fem", "five"),
    Label("seks", "six"),
    Label("syv", "seven"),
    Label("otte", "eight"),
    Label("ni", "nine"),
    Label("ti", "ten"),
)

SENTENCES: dict[str, Label] = {
    "or": Label(" eller ", " or "),
    "and": Label(" og ", " and "),
    "quoted": Label("»{text}«", "“{text}”"),
    "the-case": Label("sagen", "the case"),
    "event": Label("{event} den {day}", "{event} on {day}"),
    "row": Label("række {row}", "row {row}"),
    "cut": Label("{start}… ({length} tegn)", "{start}… ({length} characters)"),
    # what was looked for
    "sought.some": Label("Der blev søgt efter {what}", "Looked for {what}"),
    "sought.none": Label("Der måtte ikke være {what}", "There was to be no {what}"),
    "by": Label(" senest den {due}", " by {due}"),
    "by-unknown": Label(", men fristen kan ikke beregnes", ", but the last day can’t be worked out"),
    "counted": Label(" ({duration} fra {start})", " ({duration} from {start})"),
    "counted-from": Label(" (regnet fra {start})", " (counted from {start})"),
    # what was found
    "found": Label("Fundet: {events}.", "Found: {events}."),
    "found-nothing": Label("Intet fundet, der opfylder det.", "Nothing found that meets this."),
    "found-none": Label("Intet fundet.", "Nothing found."),
    "found-open": Label("Intet fundet endnu; der er tid til og med den {due}.", "Nothing yet; there is time until {due}."),
    "found-unknown": Label("Om det er sket, kan ikke afgøres.", "Whether it happened can’t be told."),
    "gist.absent": Label("Ikke fundet{by}: {what}.", "Not found{by}: {what}."),
    # near misses
    "near.in time": Label("{event}, {late}", "{event}, {late}"),
    "near.order": Label("{event}, men på et andet sted i forløbet end krævet", "{event}, but not in the order required"),
    "near.link": Label("{event}, men ikke knyttet til det, som reglen gælder", "{event}, but not tied to what the rule is about"),
    "near.matter": Label("{event}, men i et andet spørgsmål", "{event}, but in another matter"),
    "near.content": Label("{event}, men uden det krævede indhold", "{event}, but without the contents required"),
    "late": Label("{length} for sent", "{length} late"),
    "late-some": Label("for sent", "too late"),
    # missing facts
    "missing.quarantined": Label(
        "Rækker i sagen, der ikke kunne bruges, kan have indeholdt {what}.",
        "Rows of the case that could not be used may have held {what}.",
    ),
    "missing.uncovered": Label("Kilden registrerer ikke {what}.", "The source does not record {what}."),
    "missing.absent": Label("{what} er ikke udfyldt.", "{what} is empty."),
    "missing.order": Label(
        "Rækkefølgen af to hændelser på samme dag kendes ikke: {what}.",
        "The order of two events on one day is not known: {what}.",
    ),
    "missing.parameter": Label("Der er ingen vedtaget værdi i kraft.", "There is no adopted value in force."),
    "field-of": Label("{field} for {event}", "{field} of {event}"),
    # the smallest change
    "change.insert": Label("Reglen ville være opfyldt med {event}{fields}.", "The rule would be met with {event}{fields}."),
    "change.insert-undated": Label(
        "Reglen ville være opfyldt, hvis sagen også havde {event}{fields}.",
        "The rule would be met if the case also had {event}{fields}.",
    ),
    "change.set": Label(
        "Reglen ville være opfyldt, hvis {field} havde været: {value}.", "The rule would be met if {field} had been: {value}."
    ),
    "change.set-any": Label(
        "Reglen ville være opfyldt, hvis {field} havde været udfyldt.",
        "The rule would be met if {field} had been filled in.",
    ),
    "change.move": Label(
        "Reglen ville være opfyldt, hvis {event} var dateret {day}.",
        "The rule would be met if {event} had been dated {day}.",
    ),
    "change.remove": Label(
        "Reglen ville være opfyldt, hvis {event} ikke var på sagen.",
        "The rule would be met if {event} were not on record.",
    ),
    "change.none": Label("Ingen enkelt ændring er nok.", "No single change is enough."),
    "change.with": Label(" ({fields})", " ({fields})"),
    "change.field": Label("{field}: {value}", "{field}: {value}"),
    "copied": Label("som i {event}", "as in {event}"),
    "another": Label("en anden", "another"),
    "an-event": Label("hændelsen", "the event"),
}

WORDS: dict[str, Label] = {
    # counts
    "cases": Label("{n} sager", "{n} cases"),
    "cases.one": Label("1 sag", "1 case"),
    "deviations": Label("{n} mulige afvigelser", "{n} possible deviations"),
    "deviations.one": Label("1 mulig afvigelse", "1 possible deviation"),
    "obligations": Label("{n} forpligtelser", "{n} obligations"),
    "obligations.one": Label("1 forpligtelse", "1 obligation"),
    "rows": Label("{n} rækker", "{n} rows"),
    "rows.one": Label("1 række", "1 row"),
    "more": Label("og {n} mere", "and {n} more"),
    "shown": Label("{shown} af {n} vist", "{shown} of {n} shown"),
    "shown-deviations": Label("{shown} af {n} mulige afvigelser er vist.", "{shown} of {n} possible deviations are shown."),
    "shown-deviations.one": Label("Den ene mulige afvigelse er vist.", "The one possible deviation is shown."),
    "no-deviations": Label("Ingen mulige afvigelser.", "No possible deviations."),
    "rows-count": Label("Rækker", "Rows"),
    "reasons-note": Label(
        "Et uafklaret forhold kan have flere grunde; tallene lægges derfor ikke sammen.",
        "A finding can be undetermined for several reasons, so the numbers do not add up to the total.",
    ),
    "share": Label("{n} %", "{n}%"),
    "share-under": Label("under 1 %", "under 1%"),
    "share-over": Label("over 99 %", "over 99%"),
    # headings
    "audit-of": Label("Efterprøvning af {file} pr. {day}", "Audit of {file} as of {day}"),
    "check-of": Label("Efterprøvning af sag {case} pr. {day}", "Check of case {case} as of {day}"),
    "title": Label("Mulige afvigelser i {file} pr. {day}", "Possible deviations in {file} as of {day}"),
    "headline": Label("{deviations} i {cases}", "{deviations} in {cases}"),
    "headline-none": Label("Ingen mulige afvigelser i {cases}", "No possible deviations in {cases}"),
    "headline-unknown": Label(
        "Ingen mulige afvigelser fundet i {cases}, men {n} uafklarede forhold",
        "No possible deviations found in {cases}, but {n} undetermined findings",
    ),
    "lead": Label(
        "Pr. {day} er {obligations} efterprøvet mod retningslinjen: {kept} er opfyldt, {undetermined} er uafklarede, "
        "og {pending} afventer en frist.",
        "As of {day}, {obligations} were checked against the guideline: {kept} are satisfied, {undetermined} are "
        "undetermined and {pending} await a deadline.",
    ),
    "caution": Label(
        "En mulig afvigelse er et sted, hvor sagens registreringer ikke viser det, som retningslinjen lover. "
        "Opgørelsen peger; mennesker vurderer.",
        "A possible deviation is a place where the records of a case do not show what the guideline promises. "
        "The report points; people judge.",
    ),
    "numbers": Label("Resultat", "Result"),
    "basis": Label("Datagrundlag", "Data"),
    "guideline": Label("Retningslinjen, afsnit for afsnit", "The guideline, section by section"),
    "by-rule": Label("Regel for regel", "Rule by rule"),
    "findings": Label("Fund", "Findings"),
    "open-deadlines": Label("Næste frister", "Deadlines coming up"),
    "why-undetermined": Label("Hvorfor noget er uafklaret", "Why some are undetermined"),
    "quality": Label("Datakvalitet", "Data quality"),
    "about": Label("Om opgørelsen", "About this report"),
    "not-checkable": Label("Kan ikke efterprøves med denne kilde", "Not checkable with this source"),
    "assumptions": Label("Antagelser", "Assumptions"),
    "statistics": Label("Statistik", "Statistics"),
    "statistics-note": Label(
        "Hensigter i retningslinjen. De tælles og er aldrig en mulig afvigelse.",
        "Aims of the guideline. They are counted and are never a possible deviation.",
    ),
    "skip": Label("Gå til indholdet", "Skip to the content"),
    "contents": Label("Indhold", "Contents"),
    # columns and terms
    "case": Label("Sag", "Case"),
    "cases-head": Label("Sager", "Cases"),
    "obligations-head": Label("Forpligtelser", "Obligations"),
    "verdict": Label("Svar", "Verdict"),
    "number": Label("Antal", "Number"),
    "share-head": Label("Andel", "Share"),
    "meaning": Label("Betydning", "Meaning"),
    "rule": Label("Regel", "Rule"),
    "statements": Label("Udsagn", "Statements"),
    "severity": Label("Alvor", "Severity"),
    "not-applicable": Label("ikke relevant", "not applicable"),
    "partly-known": Label("delvis kendt", "partly known"),
    "partly-known-note": Label(
        "Delvis kendt: sager, hvor en række i karantæne kan skjule en hændelse, som reglen gælder.",
        "Partly known: cases where a quarantined row may hide an event that the rule is about.",
    ),
    "baseline": Label("Siden {file}", "Since {file}"),
    "baseline-counts": Label(
        "{new} nye, {persisting} fortsatte og {fixed} rettede", "{new} new, {persisting} persisting and {fixed} fixed"
    ),
    "standing.new": Label("ny", "new"),
    "standing.persisting": Label("fortsat", "persisting"),
    "told-by": Label("Talt med under reglen {rule}.", "Counted under the rule {rule}."),
    "kept": Label("{n} overholdt eller undtaget", "{n} kept or exempt"),
    "subsumed": Label("{n} talt med under en anden regel", "{n} counted under another rule"),
    "subsumed-by": Label("Samme forhold tælles under: {rule}.", "The same fault is counted under: {rule}."),
    "trigger": Label("Udløst af", "Triggered by"),
    "key": Label("Sammen med", "Together with"),
    "due": Label("Frist", "Due"),
    "no-due": Label("ingen frist", "no deadline"),
    "evidence": Label("Hvad sagen viser", "What the case shows"),
    "near": Label("Tæt på", "Close"),
    "witnesses": Label("Afgørende hændelser", "Events that decide"),
    "missing": Label("Det mangler", "What is missing"),
    "change": Label("Mindste ændring", "Smallest change"),
    "remedy": Label("Fremover", "From now on"),
    "law": Label("Lov", "Law"),
    "source": Label("Retningslinjen", "Guideline"),
    "fingerprint": Label("Kendetegn", "Fingerprint"),
    "none-at-all": Label("Ingen.", "None."),
    "nothing-found": Label("Reglerne gælder intet i sagen.", "The rules apply to nothing in this case."),
    "unmatched": Label("Gælder ingen hændelse i de efterprøvede sager.", "Applies to no event in the cases checked."),
    "always": Label("altid", "always"),
    "unverified": Label("ikke efterprøvet", "not verified"),
    "disputed-head": Label("Omtvistet", "Disputed"),
    "disputed": Label(
        "Afhænger af, hvad en hverdag er: hvis 24. og 31. december og 5. juni er lukkedage, eller lørdage tæller med, "
        "bliver vurderingen en anden.",
        "It turns on what a working day is: if 24 and 31 December and 5 June are closed, or Saturdays count, "
        "the verdict is another.",
    ),
    "met": Label("{share} ({met} af {all})", "{share} ({met} of {all})"),
    "met-unknown": Label("; {n} uafklarede", "; {n} undetermined"),
    "took": Label(
        "halvdelen inden for {median}, 90 % inden for {most} ({n} målt)",
        "half within {median}, 90 % within {most} ({n} measured)",
    ),
    "next-due": Label("Næste frist: {day} ({obligations}).", "Next deadline: {day} ({obligations})."),
    "quote": Label("Ordene", "The words"),
    "order-note": Label(
        "De alvorligste regler først, og lige mange fra hver; inden for en regel den ældste frist først.",
        "Rules of high severity first, evenly from each rule; within a rule, the oldest deadline first.",
    ),
    # data quality
    "rows-head": Label("Rækker i eksporten", "Rows in the export"),
    "rows-mapped": Label("læst som hændelser", "read as events"),
    "rows-skipped": Label(
        "heraf uden hændelse, fordi en betingelse ikke var opfyldt", "of these without an event, as a condition did not hold"
    ),
    "rows-irrelevant": Label("erklæret uden betydning", "declared irrelevant"),
    "rows-unmapped": Label("aktivitet uden tilknytning", "activity not mapped"),
    "rows-quarantined": Label("i karantæne", "quarantined"),
    "rows-duplicate": Label("gentagelser", "duplicates"),
    "rows-accounted": Label("Alle rækker er gjort op.", "Every row is accounted for."),
    "rows-unaccounted": Label("{n} rækker er ikke gjort op.", "{n} rows are not accounted for."),
    "rows-unaccounted.one": Label("1 række er ikke gjort op.", "1 row is not accounted for."),
    "rows-without-case": Label(
        "{n} rækker i karantæne kan ikke knyttes til en sag: en grænse for, hvad opgørelsen kan vise.",
        "{n} quarantined rows can’t be tied to a case: a limit to what this audit can show.",
    ),
    "rows-without-case.one": Label(
        "1 række i karantæne kan ikke knyttes til en sag: en grænse for, hvad opgørelsen kan vise.",
        "1 quarantined row can’t be tied to a case: a limit to what this audit can show.",
    ),
    "unmapped": Label("Aktiviteter uden tilknytning", "Activities not mapped"),
    "notes": Label("Værd at se efter i rækker, der er brugt", "Worth a look in rows that were used"),
    "irrelevant": Label("Aktiviteter erklæret uden betydning", "Activities declared irrelevant"),
    "quarantine": Label("Rækker i karantæne", "Quarantined rows"),
    "quarantine-note": Label(
        "Karantænefilen har dem alle. Årsagerne er på engelsk.", "The quarantine file has them all. The reasons are in English."
    ),
    "activity": Label("Aktivitet", "Activity"),
    "row-head": Label("Række", "Row"),
    "column": Label("Kolonne", "Column"),
    "reason": Label("Årsag", "Reason"),
    "lacks": Label("Kilden registrerer ikke", "The source does not record"),
    "rests-on": Label("gælder {n} steder", "in {n} places"),
    "rests-on.one": Label("gælder 1 sted", "in 1 place"),
    # about
    "as-of": Label("Opgjort pr.", "As of"),
    "profile": Label("Profil", "Profile"),
    "ruleset": Label("Regelsæt", "Rule set"),
    "program": Label("Program", "Program"),
    "export": Label("Eksport", "Export"),
    "mapping": Label("Tilknytningsfil", "Mapping file"),
    "hash": Label("sha256", "sha256"),
    "parameters": Label("Parametre", "Parameters"),
    "command": Label("Gentag opgørelsen med", "Repeat this audit with"),
    "about-note": Label(
        "Samme regelsæt, eksport, tilknytning og dag giver samme resultat.",
        "The same rule set, export, mapping and day give the same result.",
    ),
}

TEXTS: dict[str, Label] = SENTENCES | WORDS | WAIVERS | PHRASES | DAYS | OVERLAYS | CHANGES | REVIEWS | EQUAL | PAGE | COMPARISON
