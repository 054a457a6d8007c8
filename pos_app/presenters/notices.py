"""What stands over every screen: no server, no room on the disk, and what must be tapped away.

The most serious thing is shown; a lasting state says what still works. A notice goes when the
person it is for has tapped it, and comes back on every terminal until then.
"""

from pos_app.presenters.presenter import Presenter, intent
from pos_app.presenters.shown import NO_BANNER, Act, Banner
from sync_server.domain import commands as c
from sync_server.domain.ids import CheckId, NoticeId

_GRAVE = frozenset(
    {
        "paid_twice",
        "charge_unknown",
        "charge_refused",
        "internal",
        "item_stopped",
        "journal_changed",
    }
)


class NoticesPresenter(Presenter):
    """Stateless: everything is on the desk."""

    @intent
    def seen(self, notice_id: str) -> None:
        """Tapped away."""
        self.submit(c.AcknowledgeNotice(NoticeId(notice_id)))

    @intent
    def go_check(self, check_id: str) -> None:
        """To a check that was told of."""
        self.place.toast = NO_BANNER
        if CheckId(check_id) in self.desk.venue.checks:
            self.place.check_id, self.place.screen = check_id, "order"

    @intent
    def settings(self) -> None:
        """To what one may set for oneself."""
        if self.place.screen != "settings":
            self.place.came_from, self.place.screen = self.place.screen, "settings"

    @intent
    def toast_seen(self) -> None:
        """Passing words, tapped away."""
        self.place.toast = NO_BANNER

    def view(self) -> Banner:
        """The banner, empty when there is nothing to say."""
        link = self.desk.link
        if not link.can_save:
            return Banner(self.say("cannot_save"), "late", "error")
        notices = self.desk.notices if self.desk.me else ()
        if notices:
            notice = notices[0]
            text = f"{self.clock(notice.at_ms)} · {self.sentence(notice.code, notice.params)}"
            if len(notices) > 1:
                text += f"  ({self.say('and_more', n=len(notices) - 1)})"
            token = "late" if notice.code in _GRAVE else "hold"
            act = Act(f"seen:{notice.notice_id}", self.say("got_it"))
            return Banner(text, token, "notifications", act)
        if link.phase == "forked":
            return Banner(self.say("forked"), "late", "error")
        if not link.online:
            since = link.offline_since_ms
            text = self.say("offline_banner", since=self.clock(since) if since else "")
            if link.saving:
                text += f" · {self.say('waiting_commands', n=link.saving)}"
            return Banner(text, "hold", "wifi_off")
        return NO_BANNER
