"""Broken promises to the world outside: after a restore, on paper, at the hotel.

As `broken`, whose workshop and register these use.
"""

from sync_server.effects import posting_states, printing
from sync_server.effects.folio_outbox import FolioOutbox

from .broken import Workshop, variant


# -- paper and hotel ----------------------------------------------------------------------
@variant(0)
def paper_that_may_be_a_second_one_does_not_say_so(shop: Workshop) -> None:
    """The cook cannot tell a repeat from a second order."""
    shop.replace(printing, "headed", lambda document, *known: document)


@variant(4)
def a_charge_is_sent_again_when_no_answer_came(shop: Workshop) -> None:
    """Unknown is taken for lost."""
    shop.rewrite(
        posting_states,
        "_due",
        (
            'return _unknown(state, "no answer in time", now_ms, timing), ()',
            "return replace(state, due_ms=now_ms + timing.answer_ms), (Send(state.attempt),)",
        ),
    )


@variant(20)
def sending_is_not_written_before_it_happens(shop: Workshop) -> None:
    """After a crash the server thinks that nothing went out."""
    shop.rewrite(
        FolioOutbox,
        "save",
        (
            "        effect_id, posting = self._rows[charge_id]\n",
            "        effect_id, posting = self._rows[charge_id]\n"
            "        if state.stage is Stage.SENDING:\n            return\n",
        ),
    )


@variant(19)
def charges_in_hand_are_forgotten_at_a_restart(shop: Workshop) -> None:
    """A row that was claimed is nobody's any more."""
    shop.rewrite(FolioOutbox, "unfinished", ("await self._door.unfinished(FOLIO)", "[]"))
