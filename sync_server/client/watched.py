"""Who is told when a desk has something new, and what kind of newness it is.

Rule: `changed` is what a person waits for or must see; `news` is what disk and server confirm and
tell, which in a full house comes a hundred times a second, so that a screen may gather it. `desk`
is the one that tells.
"""

from collections.abc import Callable


class Watched:
    """Keeps those who watch; all are called on the loop of the desk."""

    def __init__(self) -> None:
        self._watchers: list[tuple[Callable[[], None], Callable[[], None]]] = []
        self._hearers: list[Callable[[list[object]], None]] = []
        self._unsaved: list[Callable[[object, str], None]] = []

    def watch(self, changed: Callable[[], None], news: Callable[[], None] | None = None) -> None:
        """Call `changed` after every change; for mere news call `news`, if given, in its place."""
        self._watchers.append((changed, news or changed))

    def hear(self, events: Callable[[list[object]], None]) -> None:
        """Call with the events of the server as they arrive (sounds, toasts)."""
        self._hearers.append(events)

    def on_unsaved(self, tell: Callable[[object, str], None]) -> None:
        """Call when a tap could not be stored: it did not happen."""
        self._unsaved.append(tell)

    def changed(self) -> None:
        """Something is different: tell all who watch."""
        for changed, _ in self._watchers:
            changed()

    def news(self) -> None:
        """Something was confirmed or told: tell all who watch."""
        for _, news in self._watchers:
            news()
