"""What a person sets for oneself on this terminal: language, size of letters, light or dark.

A tap on one's badge in the head leads here from any screen and back to the same work. Everything
is shown at once, without a restart, and comes back at the next sign-in. The view-model is in
`settings_view`.
"""

from pos_app.preferences import MODES, SCALES
from pos_app.presenters.presenter import Presenter, intent
from pos_app.presenters.settings_view import SettingsView
from pos_app.presenters.shown import Act, Head
from pos_app.words import LANGUAGES, Words


class SettingsPresenter(Presenter):
    """Stateless: everything is on the desk and in the place one came from."""

    @intent
    def back(self) -> None:
        """To the work one came from."""
        self.place.screen = self.place.came_from or "floor"

    @intent
    def speak(self, language: str) -> None:
        """Another language."""
        self.desk.prefer(language=language)

    @intent
    def scale(self, percent: str) -> None:
        """Larger or smaller letters."""
        self.desk.prefer(scale=int(percent))

    @intent
    def mode(self, mode: str) -> None:
        """Light or dark."""
        self.desk.prefer(mode=mode)

    @intent
    def plan(self) -> None:
        """To the plan of the halls."""
        self.place.screen = "plan"

    def _plan(self) -> Act:
        """The way to the plan, for who may set up the house."""
        if not self.may("settings"):
            return Act()
        return Act("plan", self.say("plan_title"), "outline", icon="table_restaurant")

    def view(self) -> SettingsView:
        """The screen as it stands."""
        chosen = self.desk.preference
        return SettingsView(
            head=Head(
                self.say("my_settings"),
                self.back_act("back"),
                (),
                (self.clock_chip(),),
                self.avatar(named=True),
            ),
            language_title=self.say("language").upper(),
            languages=tuple(
                _choice(f"speak:{one}", Words.of(one).say("language_name"), one == self.language)
                for one in LANGUAGES
            ),
            scale_title=self.say("letters_size").upper(),
            scales=tuple(
                _choice(f"scale:{one}", f"{one} %", one == chosen.scale) for one in SCALES
            ),
            sample=self.say("sample_text"),
            mode_title=self.say("colours").upper(),
            modes=tuple(
                _choice(f"mode:{one}", self.say(f"mode_{one}"), one == self.desk.mode)
                for one in MODES
            ),
            switch=Act("switch", self.say("switch_user"), "outline", icon="swap_horiz"),
            plan=self._plan(),
            done=Act("back", self.say("done"), "accent"),
        )


def _choice(action: str, label: str, chosen: bool) -> Act:
    return Act(action, label, "ringed" if chosen else "plain", icon="check" if chosen else "")
