"""What the comparison of two audits says of its own, in Danish and English."""

from rebild_policy.labels import Label

COMPARISON: dict[str, Label] = {
    "compared": Label("To efterprøvninger sammenlignet", "Two audits compared"),
    "compared-audit": Label(
        "{file} pr. {day}: {n} sager, {ruleset}, {profile}", "{file} as of {day}: {n} cases, {ruleset}, {profile}"
    ),
    "compared-audit.one": Label(
        "{file} pr. {day}: 1 sag, {ruleset}, {profile}", "{file} as of {day}: 1 case, {ruleset}, {profile}"
    ),
    "compared-note": Label(
        "En andel er af det, der kunne afgøres: overholdt af overholdt og mulige afvigelser. En forskel siger, at tallene er "
        "forskellige, og ikke hvorfor. Under {few} afgjorte forpligtelser i en af efterprøvningerne sammenlignes andelene ikke.",
        "A share is of what could be decided: kept of kept and possible deviations. A difference says that the numbers differ, "
        "and not why. Under {few} decided obligations in either audit, the shares are not compared.",
    ),
    # what is not alike
    "unlike": Label("Vær varsom: ikke det samme er målt", "Take care: the two did not measure the same"),
    "unlike.ruleset": Label(
        "Reglerne er ikke de samme. En forskel kan komme fra dem alene.",
        "The rules are not the same. A difference may come from them alone.",
    ),
    "unlike.overlay": Label(
        "Tilpasningen af reglerne er ikke den samme. En forskel kan komme fra den alene.",
        "The overlay is not the same. A difference may come from it alone.",
    ),
    "unlike.profile": Label(
        "Profilen er ikke den samme: den ene læser lovens undtagelser med, den anden ikke.",
        "The profile is not the same: one reads the statute's exceptions, the other does not.",
    ),
    "unlike.parameters": Label(
        "Parametrene er ikke de samme. En frist, der er blevet en anden, flytter andelen.",
        "The parameters are not the same. A time limit that became another moves the share.",
    ),
    "unlike.mapping": Label(
        "Tilknytningsfilen er en anden. Se efter, at de samme aktiviteter er læst som de samme hændelser.",
        "The mapping file is another. See that the same activities were read as the same events.",
    ),
    "unlike.coverage": Label(
        "Kilderne registrerer ikke det samme. Udsagn, som det berører, sammenlignes ikke.",
        "The sources do not record the same. Statements that this touches are not compared.",
    ),
    "unlike.coverage-unknown": Label(
        "En af efterprøvningerne siger ikke, hvad kilden registrerer. Om de målte det samme, vides ikke.",
        "One of the audits does not say what its source records. Whether they measured the same is not known.",
    ),
    # statement by statement
    "compared-statements": Label("Udsagn for udsagn", "Statement by statement"),
    "compared-share": Label("{kept} af {of} overholdt ({share})", "{kept} of {of} kept ({share})"),
    "compared.nothing": Label("intet afgjort", "nothing decided"),
    "compared-then-now": Label("{old}, nu {new}: {said}.", "{old}, now {new}: {said}."),
    "compared-points": Label("{points} procentpoint", "{points} percentage points"),
    "compared.too-few": Label("for få til at sammenligne", "too few to compare"),
    "compared.not-comparable": Label("ikke sammenlignet", "not compared"),
    "compared-unlike": Label("Kun i den ene: {names}.", "In one of them only: {names}."),
    "compared-undecided": Label(
        "Uafklarede {old_undetermined}, nu {new_undetermined}; afventer {old_pending}, nu {new_pending}.",
        "Undetermined {old_undetermined}, now {new_undetermined}; pending {old_pending}, now {new_pending}.",
    ),
    "compared-idle": Label("Intet er afgjort i nogen af dem om {names}.", "Nothing was decided in either about {names}."),
    "compared.statement": Label("Udsagn", "Statement"),
    "compared.old": Label("Før", "Then"),
    "compared.new": Label("Nu", "Now"),
    "compared.difference": Label("Forskel", "Difference"),
    "compared.undetermined": Label("Uafklarede før, nu", "Undetermined then, now"),
    # deviations
    "compared-findings": Label("Mulige afvigelser", "Possible deviations"),
    "compared-no-findings": Label(
        "Hvilke der er nye, fortsatte og væk, kan siges med --old-findings og --new-findings.",
        "Which are new, which persist and which are gone can be said with --old-findings and --new-findings.",
    ),
    "compared-overlap": Label(
        "{n} vurderinger står i begge efterprøvninger. De tæller med i begge andele.",
        "{n} findings are in both audits. They count in both shares.",
    ),
    "compared-overlap.one": Label(
        "1 vurdering står i begge efterprøvninger. Den tæller med i begge andele.",
        "1 finding is in both audits. It counts in both shares.",
    ),
    "compared-rule": Label("{new} nye, {persisting} fortsatte, {gone} væk", "{new} new, {persisting} persisting, {gone} gone"),
    "compared-gone": Label("væk: {n} nu {verdict}", "gone: {n} now {verdict}"),
    "compared-gone-none": Label("væk: {n} er ikke i den nye efterprøvning", "gone: {n} not in the newer audit"),
    "compared-none": Label("Ingen i nogen af dem.", "None in either."),
    "compared-standing": Label("Nye, fortsatte, væk", "New, persisting, gone"),
    # data
    "compared-quality": Label("Datakvalitet", "Data quality"),
    "quantity.rows": Label("rækker i eksporten", "rows in the export"),
    "quantity.quarantined": Label("i karantæne", "quarantined"),
    "quantity.unmapped": Label("aktivitet uden tilknytning", "activity not mapped"),
    "quantity.without-case": Label("i karantæne og uden sag", "quarantined and without a case"),
    "quantity.undetermined": Label("uafklarede vurderinger", "undetermined findings"),
    "quantity": Label("{name}: {old}, nu {new}", "{name}: {old}, now {new}"),
    "quantity-share": Label("{number} ({share})", "{number} ({share})"),
    "recorded-now": Label("Registreres nu, og gjorde det ikke før: {names}.", "Recorded now, and not then: {names}."),
    "recorded-no-more": Label("Registreres ikke mere: {names}.", "Recorded no more: {names}."),
    "checkable-now": Label("Kan efterprøves nu, og kunne ikke før: {names}.", "Checkable now, and not then: {names}."),
    "checkable-no-more": Label("Kan ikke efterprøves mere: {names}.", "Checkable no more: {names}."),
    "unmapped-now": Label(
        "Aktiviteter uden tilknytning, som ikke var der før: {names}.", "Activities not mapped that were not there then: {names}."
    ),
    "unmapped-no-more": Label("Ikke mere uden tilknytning: {names}.", "Not mapped then, and not there or mapped now: {names}."),
}
