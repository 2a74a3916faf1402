"""The style sheet: spacing, rounded corners, quiet borders, and a ring around what the keyboard is on."""

from __future__ import annotations

from dataclasses import asdict
from string import Template

from .arrows import arrow_files

_SHEET = Template("""
* { outline: none; }
QToolTip { background: $raised; color: $ink; border: 1px solid $border; padding: 5px 8px; }
QMainWindow::separator { background: $window; width: 5px; height: 5px; }
QMainWindow::separator:hover { background: $border; }
QSplitter::handle { background: $window; }
QSplitter::handle:hover { background: $border; }

QMenuBar { background: $window; border-bottom: 1px solid $border; padding: 2px 6px; }
QMenuBar::item { background: transparent; padding: 5px 10px; border-radius: 6px; }
QMenuBar::item:selected { background: $hover; }
QMenu { background: $raised; border: 1px solid $border; padding: 6px; }
QMenu::item { padding: 6px 26px 6px 26px; border-radius: 6px; }
QMenu::item:selected { background: $tint; color: $ink; }
QMenu::item:disabled { color: $disabled; }
QMenu::separator { height: 1px; background: $border; margin: 5px 10px; }
QMenu::indicator { width: 14px; height: 14px; left: 7px; }
QStatusBar { background: $window; color: $secondary; }
QStatusBar::item { border: none; }

QDockWidget { color: $secondary; titlebar-close-icon: url($close); titlebar-normal-icon: url($float); }
QDockWidget::title { background: $window; padding: 7px 10px 5px 10px; }
QDockWidget > QWidget { background: $window; }
QDockWidget::close-button, QDockWidget::float-button { border-radius: 4px; padding: 1px; }
QDockWidget::close-button:hover, QDockWidget::float-button:hover { background: $pressed; }

QTabWidget::pane { border: none; background: $surface; }
QTabBar { background: transparent; }
QTabBar::tab { background: transparent; color: $secondary; padding: 6px 10px; margin: 0 1px;
    border: 2px solid transparent;
    border-radius: 7px; }
QTabBar::tab:hover { background: $hover; }
QTabBar::tab:selected { background: $tint; color: $ink; }
QTabBar::tab:focus { border: 2px solid $accent; }

QPushButton { background: $raised; color: $ink; border: 1px solid $border; border-radius: 7px; padding: 5px 13px;
    margin: 1px; }
QPushButton:hover { background: $hover; }
QPushButton:pressed { background: $pressed; }
QPushButton:focus { border: 2px solid $accent; margin: 0px; }
QPushButton:disabled { color: $disabled; }
QPushButton:default, QPushButton[primary="true"] { background: $accent; color: $on_accent; border-color: $accent; }
QPushButton:default:focus, QPushButton[primary="true"]:focus { border: 2px solid $ink; margin: 0px; }
QPushButton[primary="true"]:disabled { background: $border; color: $disabled; border-color: $border; }
QPushButton:checked { background: $tint; border-color: $accent; }
QPushButton[tight="true"] { padding: 5px 6px; }
QPushButton[flat="true"] { background: transparent; border: 1px solid transparent; }
QPushButton[flat="true"]:hover { background: $hover; }
QPushButton[flat="true"]:focus { border: 2px solid $accent; margin: 0px; }

QToolButton { background: transparent; color: $ink; border: 2px solid transparent; border-radius: 8px; padding: 3px; }
QToolButton:hover { background: $hover; }
QToolButton:pressed { background: $pressed; }
QToolButton:checked { background: $tint; }
QToolButton:focus { border: 2px solid $accent; }
QToolButton:disabled { color: $disabled; }
QToolButton[mode="true"] { padding: 5px 13px; color: $secondary; }
QToolButton[mode="true"]:checked { background: $tint; color: $ink; }
QToolButton[play="true"] { background: $accent; color: $on_accent; border-radius: 19px; }
QToolButton[play="true"]:focus { border: 2px solid $ink; }
QToolButton::menu-indicator { image: none; }

QLineEdit, QAbstractSpinBox, QPlainTextEdit, QTextEdit, QComboBox { background: $surface; color: $ink;
    border: 1px solid $border;
    border-radius: 7px; padding: 4px 8px; margin: 1px; selection-background-color: $accent;
    selection-color: $on_accent; placeholder-text-color: $secondary; }
QTextBrowser { background: $surface; color: $ink; border: none; }
QLineEdit:focus, QAbstractSpinBox:focus, QPlainTextEdit:focus, QTextEdit:focus,
    QComboBox:focus { border: 2px solid $accent;
    margin: 0px; }
QLineEdit:disabled, QAbstractSpinBox:disabled, QComboBox:disabled { color: $disabled; background: $window; }
QAbstractSpinBox { padding: 4px 20px 4px 7px; }
QLineEdit#qt_spinbox_lineedit, QComboBox QLineEdit { border: none; padding: 0 0 0 7px; margin: 0;
    background: transparent; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { border: none; background: transparent; width: 17px;
    border-radius: 4px; margin: 1px; }
QAbstractSpinBox::up-button:hover, QAbstractSpinBox::down-button:hover { background: $hover; }
QAbstractSpinBox::up-arrow { image: url($up); width: 12px; height: 12px; }
QAbstractSpinBox::down-arrow { image: url($down); width: 12px; height: 12px; }
QAbstractSpinBox::up-arrow:disabled, QAbstractSpinBox::down-arrow:disabled { image: none; }
QComboBox::drop-down { border: none; width: 22px; }
QComboBox::down-arrow { image: url($down); width: 12px; height: 12px; }
QMenu::indicator:checked { image: url($tick); width: 12px; height: 12px; }
QMenu::right-arrow { width: 12px; height: 12px; }
QComboBox QAbstractItemView { background: $raised; border: 1px solid $border; selection-background-color: $tint;
    selection-color: $ink; }

QListView, QTreeView, QTableView { background: $surface; color: $ink; border: 1px solid $border; border-radius: 8px;
    gridline-color: $border; alternate-background-color: $window; selection-background-color: $tint;
    selection-color: $ink; }
QListView:focus, QTreeView:focus, QTableView:focus { border: 2px solid $accent; }
QListView::item { padding: 3px 6px; border-radius: 6px; }
QListView::item:hover { background: $hover; }
QListView::item:selected { background: $tint; color: $ink; }
QHeaderView { background: transparent; }
QHeaderView::section { background: transparent; color: $secondary; border: none; border-bottom: 1px solid $border;
    padding: 4px 3px; }
QTableCornerButton::section { background: transparent; border: none; }

QScrollArea, QScrollArea > QWidget > QWidget { background: transparent; border: none; }
QAbstractScrollArea::corner { background: transparent; border: none; }
QScrollBar { background: transparent; border: none; }
QScrollBar:vertical { width: 12px; }
QScrollBar:horizontal { height: 12px; }
QScrollBar::handle { background: $pressed; border-radius: 4px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 28px; }
QScrollBar::handle:horizontal { min-width: 28px; }
QScrollBar::handle:hover { background: $disabled; }
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page { background: none; border: none;
    width: 0; height: 0; }

QSlider { min-height: 24px; border: 2px solid transparent; border-radius: 8px; }
QSlider:focus { border: 2px solid $accent; }
QSlider::groove:horizontal { height: 4px; border-radius: 2px; background: $border; }
QSlider::sub-page:horizontal { height: 4px; border-radius: 2px; background: $accent; }
QSlider::handle:horizontal { width: 14px; height: 14px; margin: -5px 0; border-radius: 7px; background: $accent; }
QSlider::handle:horizontal:hover { background: $ink; }
QSlider::sub-page:disabled, QSlider::handle:disabled { background: $disabled; }
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QProgressBar { border: none; border-radius: 3px; background: $border; max-height: 6px; text-align: center; }
QProgressBar::chunk { border-radius: 3px; background: $accent; }
QCheckBox, QRadioButton { spacing: 7px; padding: 3px; border: 2px solid transparent; border-radius: 6px; }
QCheckBox::indicator { width: 13px; height: 13px; border: 1px solid $secondary; border-radius: 4px;
    background: $surface; }
QCheckBox::indicator:hover { border-color: $accent; }
QCheckBox::indicator:checked { image: url($tick); background: $tint; border-color: $accent; }
QCheckBox::indicator:disabled { border-color: $disabled; }
QCheckBox:focus, QRadioButton:focus { border: 2px solid $accent; }
QGroupBox { border: 1px solid $border; border-radius: 8px; margin-top: 9px; padding: 10px 8px 6px 8px; }
QGroupBox::title { subcontrol-origin: margin; left: 10px; padding: 0 4px; color: $secondary; }

QLabel[role="heading"] { font-weight: 600; }
QLabel[role="quiet"] { color: $secondary; }
QLabel[role="bad"] { color: $bad; }
QLabel[role="good"] { color: $good; }
QLabel[role="key"] { background: $hover; border: 1px solid $border; border-radius: 5px; padding: 1px 6px; }
QToolBar { border: none; padding: 0; spacing: 0; background: $window; }
QWidget#modeBar, QWidget#transport { background: $window; }
QWidget#modeBar { border-bottom: 1px solid $border; }
QWidget#transport { border-top: 1px solid $border; }
QFrame#message, QFrame#card { background: $raised; border: 1px solid $border; border-radius: 10px; }
QFrame#message[kind="error"] { border-color: $bad; }
QFrame#edge { background: $accent; border: none; border-radius: 2px; margin: 3px 0; }
QFrame#edge[kind="error"] { background: $bad; }
QFrame#card { border: 1px solid $accent; }
""")


def style_sheet(tones) -> str:
    """The sheet in the colours of a ``theme.Chrome``."""
    return _SHEET.substitute(asdict(tones) | arrow_files(tones.secondary))
