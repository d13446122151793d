"""What the reports say of equal treatment, in Danish and English."""

from rebild_policy.labels import Label

EQUAL: dict[str, Label] = {
    "equal": Label("Ligebehandling på tværs af sager (G41)", "Equal treatment across cases (G41)"),
    "equal-caution": Label(
        "Tallene er en statistik over det registrerede. Sager i to enheder kan være forskellige, og en forskel i tal er derfor "
        "ikke tegn på, at nogen er behandlet ulige; den er højst noget at spørge til. Intervallerne er på 95 %. Tal under {n}, "
        "og tal, der ville røbe dem, er udeladt (–).",
        "The numbers are a statistic of what was registered. The cases of two units may differ, so a difference in numbers is no "
        "sign that anyone was treated unequally; at most it is something to ask about. Intervals are of 95%. Numbers under {n}, "
        "and those that would give them away, are left out (–).",
    ),
    "equal-few": Label("{n} sagstyper har for få afgørelser.", "{n} kinds of cases have too few decisions."),
    "equal-few.one": Label("1 sagstype har for få afgørelser.", "1 kind of case has too few decisions."),
    "equal-whole": Label("alle", "all"),
    "equal-by.unit": Label("enhed: {value}", "unit: {value}"),
    "equal-by.channel": Label("kanal: {value}", "channel: {value}"),
    "equal-none": Label("ikke oplyst", "not given"),
    "equal-others": Label("øvrige", "others"),
    "equal-urgent": Label("{kind}, haster", "{kind}, urgent"),
    "equal-not-urgent": Label("{kind}, haster ikke", "{kind}, not urgent"),
    "equal-by": Label("Fordelt på", "By"),
    "equal-kind": Label("Sagstype", "Case kind"),
    "published": Label("Retningslinjen i tal pr. {day}", "The guideline in numbers as of {day}"),
    "published-note": Label(
        "Tal under {n}, og tal, der ville røbe dem, er udeladt (–).",
        "Numbers under {n}, and those that would give them away, are left out (–).",
    ),
    "published-all": Label("Alle regler", "All rules"),
    "published-by.month": Label("Måned for måned", "Month by month"),
    "published-by.unit": Label("Fordelt på enheder", "By unit"),
    "published-by.channel": Label("Fordelt på kanaler", "By channel"),
    "published-by.kind": Label("Fordelt på sagstyper", "By kind of case"),
    "published-met": Label("Nået", "Met"),
    "published-unmet": Label("Ikke nået", "Not met"),
    "published-open": Label("Afventer", "Pending"),
    "published-unknown": Label("Uafklaret", "Undetermined"),
    "decisions": Label("Afgørelser", "Decisions"),
    "granted": Label("Fuldt medhold", "Granted in full"),
    "waiting": Label("Ventetid, median", "Waiting time, median"),
    "waited": Label("{median} dage", "{median} days"),
    "between": Label("{text} ({low}–{high})", "{text} ({low}–{high})"),
    "between-shares": Label("{text} ({low}–{high} %)", "{text} ({low}–{high}%)"),
}
