"""From a command line to a window on the screen, and back."""

from __future__ import annotations

import argparse
import gc
import logging
import os
import signal
import sys
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QFont, QFontInfo, QGuiApplication, QPixmapCache
from PySide6.QtWidgets import QApplication, QStyleFactory

from ..model.document import Document
from ..model.options import Options
from ..model.session import Session
from .afterwards import wait_for_all
from .errors import Unexpected
from .icons import app_icon
from .main import MainWindow
from .settings import Settings, data_folder
from .told_to_end import closes_on_signals
from .warming import AFTER_MS, Warming

FIRST_SCENARIO = "clustered-weights"
SWITCH_SECONDS = 5e-4  # between threads: a busy worker holds up no frame
PIXMAP_CACHE_KB = 262_144  # the layer under the time cursor takes 33 MB on a large screen
SMALLEST_FONT = 10.0  # points


def make_application() -> QApplication:
    """The QApplication, with style, font and icon; the one that exists if there is one."""
    sys.setswitchinterval(SWITCH_SECONDS)
    app = QApplication.instance()
    if app is None:
        QGuiApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
        app = QApplication(sys.argv[:1])
    app.setApplicationName("stickyweights")
    app.setApplicationDisplayName("Sticky Weights")
    app.setOrganizationName("stickyweights")
    app.setDesktopFileName("stickyweights")
    app.setStyle(QStyleFactory.create("Fusion"))
    app.setWindowIcon(app_icon())
    font = QFont(app.font())
    if QFontInfo(font).pointSizeF() < SMALLEST_FONT:
        font.setPointSizeF(SMALLEST_FONT)
        app.setFont(font)
    QPixmapCache.setCacheLimit(PIXMAP_CACHE_KB)
    return app


def make_window(args: argparse.Namespace, settings: Settings, unsaved: Path | None) -> MainWindow:
    """A window as the command line and the settings want it, not yet shown."""
    options = Options(**settings.options())
    if args.theme:
        options.set(theme=args.theme)
    window = MainWindow(Session(Document(), options), settings, unsaved)
    restored = window.layout_restored = settings.restore(window)
    if args.size:
        window.resize(*args.size)
    elif not restored:
        window.setGeometry(_first_geometry(window))
    return window


def open_subject(window: MainWindow, args: argparse.Namespace) -> None:
    """What the command line names; at first a good scenario that plays.  An error becomes a message."""
    filing, clock = window.filing, window.session.clock
    subject = args.subject
    is_path = subject is not None and (Path(subject).exists() or Path(subject).suffix or "/" in subject)
    if is_path:
        filing.load_scenario(FIRST_SCENARIO, play=False)  # where the file is no good, or is a training run
        window.open(subject, args.time)
        if args.n is not None or args.seed is not None:
            window.tell("The number of particles and the seed of a file are its own: --n and --seed change scenarios.")
    else:
        play = args.play is not False
        loaded = window.attempt(lambda: filing.load_scenario(subject or FIRST_SCENARIO, args.n, args.seed, play=play))
        if subject is None:
            clock.loop = "bounce"  # it plays on, and comes apart again as exactly as it came together
        if not loaded:
            filing.load_scenario(FIRST_SCENARIO, play=False)
    if args.time is not None:
        clock.pause()
        clock.go(args.time)
    if args.play is not None:
        clock.play() if args.play else clock.pause()
    if args.lesson:  # once the window is there: Qt brings no tab to the front before
        QTimer.singleShot(0, window, lambda: window.attempt(lambda: window.docks.open_lesson(args.lesson)))


def run(args: argparse.Namespace, first_start: bool = False) -> int:
    """Open the window and stay until it is closed.  At the first start the kernels have to be compiled before."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends what is no window yet; Qt would swallow an exception
    app = make_application()
    settings = Settings()
    if first_start and not _compiled(args, settings):
        return 0
    window = make_window(args, settings, data_folder())
    unexpected = Unexpected(window.messages.tell_unexpected, window.rescue)
    signals = closes_on_signals(window)
    open_subject(window, args)
    window.show()
    QTimer.singleShot(0, window, _collect_only_what_is_new)
    QTimer.singleShot(AFTER_MS, window, lambda: Warming(window.workers, window))
    if not settings.tour_seen and args.subject is None:
        QTimer.singleShot(700, window, window.start_tour)
    try:
        code = app.exec()
    finally:
        signals.stop()
        unexpected.remove()
        settings.sync()
    ended = wait_for_all()
    window.deleteLater()
    sys.stdout.flush()
    if not ended:  # a thread that cannot be stopped must not keep the program alive
        os._exit(code)
    return code


def _compiled(args: argparse.Namespace, settings: Settings) -> bool:
    from ..model.engine import load_engine
    from .first_start import FirstStart

    ready = FirstStart(args.theme or Options(**settings.options()).theme).done()
    if ready:
        load_engine()
    return ready


def _collect_only_what_is_new() -> None:
    """What start-up has made stays: going through it again and again would hold up a frame each time."""
    gc.freeze()
    gc.enable()


def _first_geometry(window: MainWindow):
    """In the middle of the screen, as large as it needs and the screen has room for."""
    room = window.screen().availableGeometry()
    size = window.size().boundedTo(room.size() * 0.94)
    area = window.geometry()
    area.setSize(size)
    area.moveCenter(room.center())
    return area
