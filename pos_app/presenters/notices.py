"""What stands over every screen: no server, no room on the disk, and what must be tapped away.

The most serious thing is shown; a lasting state says what still works. A notice goes when the
person it is for has tapped it, and comes back on every terminal until then. What a colleague asks
for at another terminal stands here for whoever may approve it (`approval`), and for whoever asked
when no sheet waits for the answer any more.
"""

from pos_app.attached import News
from pos_app.presenters.presenter import Presenter, intent
from pos_app.presenters.shown import NO_BANNER, Act, Banner
from sync_server.domain import commands as c
from sync_server.domain.approvals import Request
from sync_server.domain.cards import WAITING
from sync_server.domain.ids import CheckId, NoticeId, StaffId
from sync_server.domain.staff import rights_of
from sync_server.domain.venue import Notice

_GRAVE = frozenset(
    {
        "paid_twice",
        "card_twice",
        "card_unknown",
        "charge_unknown",
        "charge_refused",
        "back_owes",
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
    def grant(self, request_id: str) -> None:
        """Yes to what a colleague asked for at another terminal."""
        self.submit(c.AnswerApproval(request_id, True))

    @intent
    def deny(self, request_id: str) -> None:
        """No to it."""
        self.submit(c.AnswerApproval(request_id, False))

    def _asked(self) -> Banner | None:
        """What a colleague asks this person to approve, oldest first."""
        desk = self.desk
        if "approve" not in rights_of(desk.catalogue, desk.me):
            return None
        now_ms = desk.now_ms()
        for request in desk.venue.requests.values():
            if request.state == "asked" and request.by != desk.me and request.runs(now_ms):
                text = self._about("asks_approval", request, request.by)
                return Banner(
                    f"{self.clock(request.at_ms)} · {text}",
                    "hold",
                    "person",
                    Act(f"grant:{request.request_id}", self.say("approve_yes")),
                    Act(f"deny:{request.request_id}", self.say("approve_no")),
                )
        return None

    def _own_request(self) -> Banner | None:
        """What this person asked for before a restart, or at another terminal: nothing here waits
        for the answer, and the bill stays as it is until the same is tapped again or withdrawn."""
        desk, now_ms = self.desk, self.desk.now_ms()
        for request in desk.venue.requests.values():
            mine = request.by == desk.me and request.runs(now_ms)
            if not mine or request.request_id == self.place.waits_for:
                continue
            key = "approval_there" if request.state == "granted" else "approval_still"
            text = self._about(key, request, request.approver)
            back = Act(f"withdraw:{request.request_id}", self.say("withdraw"))
            there = request.check_id in desk.venue.checks
            go = Act(f"go_check:{request.check_id}", self.say("look")) if there else None
            token = "ready" if request.state == "granted" else "hold"
            return Banner(text, token, "person", go or back, back if go else None)
        return None

    def _about(self, key: str, request: Request, who: StaffId) -> str:
        """A request in words: whose check, what for, which dish, how much, why."""
        check, params = self.desk.venue.check(request.check_id), request.params
        told = [
            self.right(str(params["right"])) if "right" in params else self.say("over_own"),
            self.name(self.desk.catalogue.items[str(params["item"])].names)
            if params.get("item") in self.desk.catalogue.items
            else "",
            self.money(int(params["amount_minor"])) if params.get("amount_minor") else "",
            self.reason_of(request.reason),
        ]
        return self.say(
            key,
            name=self.person(who),
            at=self.clock(request.at_ms),
            number=check.number if check else "",
            text=" · ".join(part for part in told if part),
        )

    @intent
    def withdraw(self, request_id: str) -> None:
        """What was asked for is not wanted any more; the bill is free again."""
        self.submit(c.CancelApproval(request_id))

    @intent
    def go_check(self, check_id: str) -> None:
        """To a check that was told of."""
        self.place.toast = NO_BANNER
        if CheckId(check_id) in self.desk.venue.checks:
            self.place.check_id, self.place.screen = check_id, "order"

    @intent
    def go_notice(self, notice_id: str) -> None:
        """To the check that a notice is about; it is read then. Two checks of one table stand side
        by side, where they are joined or told apart."""
        notice = self.desk.venue.notices.get(NoticeId(notice_id))
        if notice is None or notice.check_id not in self.desk.venue.checks:
            return
        self.seen(notice_id)
        self.place.check_id = notice.check_id
        self.place.screen = "split" if notice.code == "table_shared" else "order"

    def _told(self, notice: Notice) -> str:
        """A notice in words; of a card that nobody knew of, also that it is known by now."""
        if self._known_by_now(notice):
            sum_ = self.money(int(notice.params["amount_minor"]))
            return self.say("card_known_by_now", number=notice.params["number"], sum=sum_)
        return self.sentence(notice.code, notice.params)

    def _known_by_now(self, notice: Notice) -> bool:
        asked = [x for x in self.desk.venue.cards.values() if x.check_id == notice.check_id]
        settled = bool(asked) and all(x.state not in WAITING for x in asked)
        return notice.code == "card_unknown" and settled

    def _next_step(self, notice: Notice) -> Act | None:
        """The button that leads to what a notice is about, while it is there and one may."""
        check = self.desk.venue.checks.get(notice.check_id)
        if check is None or notice.notice_id not in self.desk.venue.notices:
            return None
        if check.owner != self.desk.me and not self.may("other_tables"):
            return None
        key = "side_by_side" if notice.code == "table_shared" else "look"
        return Act(f"go_notice:{notice.notice_id}", self.say(key))

    @intent
    def begin_anew(self) -> None:
        """Whoever answers for the house says that this terminal is the right one of two."""
        if self._may_begin_anew():
            self.desk.later(self._begin_anew())

    def _may_begin_anew(self) -> bool:
        """Who sets terminals up, or approves: the server lets nobody in from here, so that only
        those can sign in who did before, and an administrator rarely did."""
        return self.may("settings") or self.may("approve")

    async def _begin_anew(self) -> None:
        count = await self.desk.begin_anew()
        said = self.say("began_anew", n=count) if count else self.say("began_anew_bare")
        self.toast(said, "ready", "check")

    @intent
    def keep_in_file(self) -> None:
        """Write what the server will not take from here any more into a file for the manager."""
        self.desk.later(self._keep_in_file())

    async def _keep_in_file(self) -> None:
        path, count = await self.desk.hand_over()
        if path:
            self.toast(self.say("kept_in_file", n=count, path=path), "ready", "check")
        else:
            self.toast(self.say("kept_no_disk" if count else "kept_nothing"), "hold", "info")

    @intent
    def settings(self) -> None:
        """To what one may set for oneself."""
        if self.place.screen != "settings":
            self.place.came_from, self.place.screen = self.place.screen, "settings"

    @intent
    def toast_seen(self) -> None:
        """Passing words, tapped away."""
        self.place.toast = NO_BANNER

    def attached(self, news: News) -> None:
        """A device of this terminal went, or is back."""
        key = "attached_back" if news.up else "attached_lost"
        said = self.say(key, name=self.say(f"attached_{news.role}"))
        self.toast(said, "ready" if news.up else "hold", "check" if news.up else "warning")

    def view(self) -> Banner:
        """The banner, empty when there is nothing to say."""
        link = self.desk.link
        if not link.can_save:
            return Banner(self.say("cannot_save"), "late", "error")
        if self.desk.me and (asked := self._asked()) is not None:
            return asked
        if self.desk.me and (own := self._own_request()) is not None:
            return own
        notices = self.desk.notices if self.desk.me else ()
        if notices:
            notice = notices[0]
            text = f"{self.clock(notice.at_ms)} · {self._told(notice)}"
            if len(notices) > 1:
                text += f"  ({self.say('and_more', n=len(notices) - 1)})"
            grave = notice.code in _GRAVE and not self._known_by_now(notice)
            token = "late" if grave else "hold"
            seen = Act(f"seen:{notice.notice_id}", self.say("got_it"))
            step = self._next_step(notice)
            if step is None:
                return Banner(text, token, "notifications", seen)
            return Banner(text, token, "notifications", step, seen)
        if link.phase == "refused":
            text = self.say("shut_out")
            if not link.saving:
                return Banner(text, "late", "error")
            text += f" · {self.say('shut_out_with', n=link.saving)}"
            return Banner(text, "late", "error", Act("keep_in_file", self.say("kept_to_file")))
        if link.phase == "forked":
            way = Act("begin_anew", self.say("begin_anew")) if self._may_begin_anew() else None
            return Banner(self.say("forked"), "late", "error", way)
        if link.phase == "upgrade":
            text = self.say("too_old")
            if link.saving:
                text += f" · {self.say('waiting_commands', n=link.saving)}"
            return Banner(text, "late", "error")
        if not link.online:
            since = link.offline_since_ms
            text = self.say("offline_banner" if since else "no_server_yet", since=self.clock(since))
            if link.saving:
                text += f" · {self.say('waiting_commands', n=link.saving)}"
            return Banner(text, "hold", "wifi_off")
        return NO_BANNER
