"""Who wants to hear of the classes of facts, and of those of users to come, without loading them."""

from __future__ import annotations

from collections.abc import Callable

Listener = Callable[[type], None]
_classes: list[type] = []
_listeners: list[Listener] = []


def announce(class_: type) -> None:
    """Tell every listener of a class of facts."""
    _classes.append(class_)
    for listener in _listeners:
        listener(class_)


def listen(listener: Listener) -> None:
    """Have `listener` told of every class of facts, those that are there first."""
    _listeners.append(listener)
    for class_ in _classes:
        listener(class_)
