"""Law: an irrelevant or duplicate event changes nothing."""

from hypothesis import given, settings
from hypothesis import strategies as st
from laws import Answer, Setting, focuses, with_events

from rebild_policy.facts import ANY_EVENT, Case


@settings(max_examples=60)
@given(data=st.data())
def test_an_irrelevant_or_duplicate_event_changes_nothing(setting: Setting, data: st.DataObject) -> None:
    scenario = setting.scenario(data)
    whole = setting.answer(scenario)

    events = list(scenario.data["events"])
    first = data.draw(st.integers(0, len(events) - 1))
    events.insert(data.draw(st.integers(first + 1, len(events))), dict(events[first]))
    assert setting.answer(scenario, Case.read({**scenario.data, "events": events})) == whole

    for event in scenario.case.events:
        others = with_events(scenario.case, (other for other in scenario.case.events if other is not event))
        blind = {name for name, types in looked_at(setting).items() if types.isdisjoint({event.type, ANY_EVENT})}
        assert of_rules(blind, setting.answer(scenario, others)) == of_rules(blind, whole)


def of_rules(names: set[str], answer: Answer) -> Answer:
    """What was said of some rules."""
    counted = {name: number for name, number in answer.not_applicable.items() if name in names}
    return Answer([row for row in answer.rows if row.rule in names], counted)


def looked_at(setting: Setting) -> dict[str, set[str]]:
    """By rule, the event types that it starts from and looks for."""
    return {name: {*focus.triggers, *focus.types} for name, focus in focuses(setting).items()}
