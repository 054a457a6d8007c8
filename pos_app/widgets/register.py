"""Every widget that kv files and pools name, imported so that Kivy's factory knows it."""

from glass.pool import Column, Flow, Grid, Pages, Stack
from glass.text import Ground, Text
from pos_app.widgets.banner import BannerView
from pos_app.widgets.button import Key, PushButton, SeatTab, Tab
from pos_app.widgets.card import GuestView, NoteView, NoticeCard, PairView, PersonView
from pos_app.widgets.chip import AvatarView, ChipView, LegendView
from pos_app.widgets.head import HeadBar
from pos_app.widgets.lines import LineList, RowView
from pos_app.widgets.pager import Pager
from pos_app.widgets.paper_picture import PaperPicture
from pos_app.widgets.plan import FloorPlan, TableView
from pos_app.widgets.plan_board import PlanBoard
from pos_app.widgets.qr_picture import QrPicture
from pos_app.widgets.sheet import ModifiersSheet, QuestionSheet, SideSheet
from pos_app.widgets.sides import Sides
from pos_app.widgets.tile import TileView

__all__ = [
    "AvatarView",
    "BannerView",
    "ChipView",
    "Column",
    "FloorPlan",
    "Flow",
    "Grid",
    "Ground",
    "GuestView",
    "HeadBar",
    "Key",
    "LegendView",
    "LineList",
    "ModifiersSheet",
    "NoteView",
    "NoticeCard",
    "Pager",
    "Pages",
    "PairView",
    "PaperPicture",
    "PersonView",
    "PlanBoard",
    "PushButton",
    "QrPicture",
    "QuestionSheet",
    "RowView",
    "SeatTab",
    "SideSheet",
    "Sides",
    "Stack",
    "Tab",
    "TableView",
    "Text",
    "TileView",
]
