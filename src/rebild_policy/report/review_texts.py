"""What the reports and the checklists say of review by people, in Danish and English. A "no" is a judgement, no accusation."""

from rebild_policy.labels import Label

REVIEWS: dict[str, Label] = {
    # answers beside the rules
    "reviews": Label("Vurderet af mennesker", "Reviewed by people"),
    "reviews-of": Label(
        "{cases} trukket ud med startværdien {seed}; svarene er fra {file}.",
        "{cases} drawn with the seed {seed}; the answers are from {file}.",
    ),
    "reviews-note": Label(
        "Svarene er vurderinger af de udtrukne sager. Et nej er ikke en mulig afvigelse. Små og store grupper af sager fylder "
        "lige meget i en stikprøve, så andelene gælder ikke alle sager.",
        "The answers are judgements of the cases that were drawn. A no is not a possible deviation. Small and large groups of "
        "cases weigh the same in a sample, so the shares are not those of all cases.",
    ),
    "reviewed": Label("Vurderet af mennesker: {answers}.", "Reviewed by people: {answers}."),
    "review-answers": Label(
        "{yes} ja, {no} nej, {unclear} kan ikke afgøres, af {all} svar", "{yes} yes, {no} no, {unclear} can’t tell of {all}"
    ),
    "review-unanswered": Label("; {n} ubesvarede", "; {n} unanswered"),
    "review-unanswered.one": Label("; 1 ubesvaret", "; 1 unanswered"),
    "review-no-answer": Label("ingen svar endnu på {n} spørgsmål", "no answer yet to {n} questions"),
    "review-no-answer.one": Label("intet svar endnu på 1 spørgsmål", "no answer yet to 1 question"),
    "question": Label("Spørgsmål", "Question"),
    "yes": Label("ja", "yes"),
    "no": Label("nej", "no"),
    "unclear": Label("kan ikke afgøres", "can’t tell"),
    "unanswered": Label("ubesvaret", "unanswered"),
    "review-notes": Label("Svar, der ikke er talt med", "Answers that are not counted"),
    "review-row": Label("Række {row}: {problem}", "Row {row}: {problem}"),
    "review-problem.export": Label(
        "Stikprøven er trukket fra en anden eksport eller tilknytning end den, der er efterprøvet her; svarene er talt med.",
        "The sample was drawn from another export or mapping than the one audited here; the answers are counted.",
    ),
    "review-problem.rules": Label(
        "Stikprøven er trukket med et andet regelsæt end det, der er brugt her; svarene er talt med.",
        "The sample was drawn with another rule set than the one used here; the answers are counted.",
    ),
    "review-problem.cells": Label("der mangler felter.", "cells are missing."),
    "review-problem.case": Label("sagen er ikke i stikprøven.", "the case is not in the sample."),
    "review-problem.statement": Label("der er ikke spurgt om det udsagn.", "the sample asks about no such statement."),
    "review-problem.asked": Label(
        "der er ikke spurgt om det udsagn i den sag.", "that statement was not asked about in that case."
    ),
    "review-problem.answer": Label("svaret er ikke ja, nej eller uklart.", "the answer is none of yes, no and unclear."),
    "review-problem.twice": Label(
        "spørgsmålet er besvaret før, og anderledes; det første svar er talt med.",
        "the question was answered before, and differently; the first answer is counted.",
    ),
    # checklists
    "checklists-title": Label("Tjeklister til {file} pr. {day}", "Checklists for {file} as of {day}"),
    "checklists-head": Label("{n} sager til gennemgang", "{n} cases to review"),
    "checklists-head.one": Label("1 sag til gennemgang", "1 case to review"),
    "checklists-lead": Label(
        "Trukket fra {file} pr. {day}: højst {most} fra hver gruppe af sager med samme sagstype, afdeling og alvorligste "
        "vurdering. Startværdien {seed} giver de samme sager igen.",
        "Drawn from {file} as of {day}: at most {most} from each group of cases with the same case type, department and gravest "
        "verdict. The seed {seed} gives the same cases again.",
    ),
    "how": Label("Sådan gør du", "What to do"),
    "how-read": Label(
        "Læs sagen i fagsystemet. Tjeklisten viser kun, hvad der er registreret hvornår, og hvad reglerne har fundet.",
        "Read the case in its own system. The checklist shows only what is on record when, and what the rules found.",
    ),
    "how-answer": Label(
        "Svar ja, nej eller kan ikke afgøres på hvert spørgsmål. Kan ikke afgøres er også svaret, når der ikke er noget at "
        "vurdere.",
        "Answer each question with yes, no or can’t tell. Can’t tell is also the answer where there is nothing to judge.",
    ),
    "how-write": Label(
        "Skriv ja, nej eller uklart i kolonnen answer i filen answers.csv. Skriv ingen navne og ingen CPR-numre.",
        "Write yes, no or unclear in the column answer of the file answers.csv. Write no names and no CPR numbers.",
    ),
    "groups": Label("Grupperne", "The groups"),
    "groups-note": Label(
        "Antal under fem vises ikke. En sagstype eller en afdeling, som færre end fem sager har, er ikke nævnt ved navn.",
        "Numbers below five are not shown. A case type or a department that fewer than five cases have is not named.",
    ),
    "kind-head": Label("Sagstype", "Case type"),
    "unit-head": Label("Afdeling", "Department"),
    "verdict-head": Label("Alvorligste vurdering", "Gravest verdict"),
    "drawn": Label("Trukket ud", "Drawn"),
    "kind-other": Label("anden eller ingen sagstype", "another case type, or none"),
    "unit-other": Label("anden eller ingen afdeling", "another department, or none"),
    "verdict-none": Label("intet at efterprøve", "nothing to check"),
    "not-shown": Label("vises ikke", "not shown"),
    "about-sample": Label("Om stikprøven", "About this sample"),
    "draw-again": Label("Træk den igen med", "Draw it again with"),
    "place": Label("Sag {number} af {n}", "Case {number} of {n}"),
    "drawn-from": Label("Trukket fra gruppen: {stratum}", "Drawn from the group: {stratum}"),
    "drawn-of": Label(" ({drawn} af {n} sager)", " ({drawn} of {n} cases)"),
    "timeline": Label("Forløb", "Timeline"),
    "timeline-none": Label("Ingen hændelser er læst.", "No events were read."),
    "found-by-rules": Label("Mulige afvigelser, som reglerne har fundet", "Possible deviations that the rules found"),
    "questions": Label("Spørgsmål", "Questions"),
    # what the command prints
    "sampled": Label(
        "{drawn} af {cases} er trukket ud, højst {most} fra hver af {groups} grupper. Startværdien {seed} giver de samme igen.",
        "{drawn} of {cases} drawn, at most {most} from each of {groups} groups. The seed {seed} gives the same again.",
    ),
    "sampled-checklists": Label("tjeklister til at printe", "checklists to print"),
    "sampled-answers": Label("udfyldes med svarene", "to be filled in with the answers"),
    "sampled-sample": Label("hvad der er trukket, og hvordan", "what was drawn, and how"),
}
