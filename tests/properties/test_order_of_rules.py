"""Law: the order of rules changes nothing."""

from hypothesis import given, settings
from hypothesis import strategies as st
from laws import Setting, answer_of


@settings(max_examples=30)
@given(data=st.data())
def test_the_order_of_rules_changes_nothing(setting: Setting, data: st.DataObject) -> None:
    scenario = setting.scenario(data)
    shuffled = setting.built(scenario, order=data.draw(st.integers(1, 2)))
    assert answer_of(shuffled, scenario.case, scenario.as_of) == setting.answer(scenario)
