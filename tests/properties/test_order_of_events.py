"""Law: the order of unrelated events changes nothing."""

from collections.abc import Iterator

from hypothesis import given, settings
from hypothesis import strategies as st
from laws import Setting, links_to, source_decides, with_events

from rebild_policy.facts import Event, SameDay


@settings(max_examples=150)
@given(data=st.data())
def test_the_order_of_unrelated_events_changes_nothing(setting: Setting, data: st.DataObject) -> None:
    setting = setting.one_rule(data)
    scenario = setting.scenario(data)
    wanted = data.draw(st.permutations(scenario.case.events))
    moved = with_events(scenario.case, reordered(scenario.case.events, wanted, scenario.same_day))
    assert setting.answer(scenario, moved) == setting.answer(scenario)


def reordered(events: tuple[Event, ...], wanted: list[Event], same_day: SameDay) -> Iterator[Event]:
    """The events in the order that is wanted, but for those that only the source says the order of."""
    left = list(events)
    while left:
        event = next(event for event in wanted if event in left and free(event, left, same_day))
        left.remove(event)
        yield event


def free(event: Event, left: list[Event], same_day: SameDay) -> bool:
    return not any(tied(other, event, same_day) for other in left[: left.index(event)])


def tied(one: Event, other: Event, same_day: SameDay) -> bool:
    """Does the source say which is earlier? A link would say it in its place; two that contradict each other do not."""
    return source_decides(one, other, same_day) and bool(links_to(one, other)) == bool(links_to(other, one))
