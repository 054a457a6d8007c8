"""The gateway to a property system broken on purpose, one promise at a time (see `broken`)."""

from sync_server.hotel.fias import gateway, messages
from sync_server.hotel.fias.gateway import FiasGateway
from sync_server.hotel.fias.link import FiasLink
from sync_server.hotel.sent_log import SentLog

from . import machines
from .broken import Workshop, variant
from .shapes import LinkBurns, LinkSuffers


@variant(0, LinkSuffers)
def the_gateway_resends_after_a_time_out(shop: Workshop) -> None:
    """No answer in time is taken for not arrived: a new number, and once more."""
    shop.rewrite(
        FiasGateway,
        "_send",
        (
            "        answer = await self.link.ask(record, self._settings.answer_ms)\n",
            "        answer = await self.link.ask(record, self._settings.answer_ms)\n"
            "        if answer is Silence.LATE:\n"
            "            number = await self._log.next_number()\n"
            "            record = posting_record(posting, guest, number, self._settings, when)\n"
            "            answer = await self.link.ask(record, self._settings.answer_ms)\n",
        ),
    )


@variant(8, LinkSuffers)
def an_answer_under_another_number_is_taken_as_ones_own(shop: Workshop) -> None:
    """Whoever waits gets what comes, late answers to others included."""
    shop.rewrite(
        FiasLink,
        "_came",
        (
            'answer = self._waiting.get(record.get("P#"))',
            "answer = next(iter(self._waiting.values()), None)",
        ),
    )


@variant(3, LinkSuffers)
def the_gateway_forgets_the_unknown_at_a_restart(shop: Workshop) -> None:
    """What another life of the server has sent was never sent."""
    shop.rewrite(
        SentLog,
        "look",
        (
            'if any(row.state == "sent" for row in rows):',
            'if posting_id in self._seen and any(row.state == "sent" for row in rows):',
        ),
    )


@variant(2, LinkSuffers)
def an_attempt_is_put_on_record_after_it_has_left(shop: Workshop) -> None:
    """The row that a crash would have needed."""
    shop.rewrite(
        FiasGateway,
        "_send",
        (
            "        begun = await self._begin(posting, until_s)\n"
            "        if not isinstance(begun, Begun):\n"
            "            return begun\n",
            "        begun = Begun(await self._log.next_number(), posting.at_ms)\n",
        ),
        (
            "        outcome = _answer_of(answer, posting)\n",
            "        begun = await self._begin(posting, until_s)\n"
            "        outcome = _answer_of(answer, posting)\n",
        ),
    )


@variant(5, LinkSuffers)
def a_dialect_is_read_as_a_refusal(shop: Workshop) -> None:
    """A status that nobody knows means no; and the dish stands on the folio."""
    new = shop.rewrite(
        messages,
        "outcome_of",
        ("    if status in REFUSALS:\n", '    if status:\n        REFUSALS.get("")\n'),
        ("return Refused(REFUSALS[status], words)", 'return Refused("denied", words)'),
    )
    shop.replace(gateway, "outcome_of", new)


@variant(5281)
def an_answer_that_cannot_be_noted_puts_the_charge_off(shop: Workshop) -> None:
    """The disk was full when the hotel said yes, and it is asked once more."""
    shop.rewrite(
        FiasGateway,
        "_send",
        (
            "return await self._answered(begun.number, outcome)",
            "await self._log.answered(begun.number, outcome)\n        return outcome",
        ),
    )


@variant(2, LinkBurns)
def a_restored_log_takes_itself_for_whole(shop: Workshop) -> None:
    """What it does not know was never sent, and its numbers begin where the backup was taken."""
    shop.replace(machines, "begin_era", lambda connection: None)
