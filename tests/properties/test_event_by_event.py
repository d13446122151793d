"""Law: feeding a case event by event ends where the whole case does."""

from hypothesis import given, settings
from hypothesis import strategies as st
from laws import Setting, answer_of, with_events


@settings(max_examples=120)
@given(data=st.data())
def test_event_by_event_ends_where_the_whole_case_does(setting: Setting, data: st.DataObject) -> None:
    setting = setting.one_rule(data)
    scenario = setting.scenario(data)
    # An engine of its own: one that remembers what it was fed would be wrong of the whole case in the same way.
    engine = setting.built(scenario, copy=1)
    case = with_events(scenario.case, ())
    answer_of(engine, case, scenario.as_of)
    for event in scenario.case.events:
        case = with_events(case, (*case.events, event))
        answer_of(engine, case, event.day)
        answer = answer_of(engine, case, scenario.as_of)
    assert answer == setting.answer(scenario)
