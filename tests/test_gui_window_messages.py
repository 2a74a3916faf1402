"""Messages: what stays, what goes, and that nothing that can be pressed is covered or moved by a short remark."""

import itertools

import pytest

pytest.importorskip("PySide6")

from PySide6.QtGui import qGray

pytestmark = pytest.mark.qt


def test_an_error_stays_and_a_remark_goes(window, qtbot, monkeypatch):
    from gui.window import messages

    monkeypatch.setattr(messages, "INFO_MS", 30)
    window.tell("A remark.", "info")
    qtbot.waitUntil(lambda: not window.messages.text)
    window.tell("An  error\nin two lines " + "x" * 1000)
    assert window.messages.text.startswith("An error in two lines")
    assert len(window.messages.text) <= messages.LONGEST
    qtbot.wait(60)
    assert window.messages.text


def test_a_message_covers_nothing_and_goes_with_its_page_or_its_cause(window, qtbot):
    window.shortcuts.do("page-training")
    window.tell("The run was killed.", page="training")
    page, strip = window.pages, window.messages
    qtbot.waitUntil(
        lambda: page.mapTo(window, page.rect().topLeft()).y() >= strip.mapTo(window, strip.rect().bottomLeft()).y()
    )
    window.tell("", page="weights")
    assert strip.text
    window.tell("", page="training")
    assert not strip.text
    window.tell("The run was killed.", page="training")
    window.shortcuts.do("page-weights")
    assert not strip.text
    strip.tell("Restore it?", "info", restore=int)
    window.shortcuts.do("page-particles")
    assert strip.text == "Restore it?"


def test_a_short_remark_moves_nothing_and_covers_no_control(window, qtbot):
    page, strip, bar = window.pages, window.messages, window.mode_bar
    window.shortcuts.do("page-training")
    qtbot.waitUntil(lambda: not window.workers.running)  # else its end would clear the words shown below
    top = page.mapTo(window, page.rect().topLeft()).y()

    def lies():
        return strip.rect().translated(strip.mapTo(window, strip.rect().topLeft()))

    window.tell("Camera: follow.", "info")
    qtbot.wait(50)
    assert page.mapTo(window, page.rect().topLeft()).y() == top
    assert lies().bottom() <= top
    assert bar.document.rect().contains(bar.document.mapFrom(window, lies().center()))
    window.tell("A longer remark. " * 12, "info")
    qtbot.waitUntil(lambda: page.mapTo(window, page.rect().topLeft()).y() >= lies().bottom() > top)
    window.tell("Camera: follow.", "info")
    bar.show_busy("the history of a great many particles, which takes long, for it is as long as this sentence here is")
    qtbot.waitUntil(lambda: page.mapTo(window, page.rect().topLeft()).y() >= lies().bottom() > top)
    bar.show_busy("")
    qtbot.waitUntil(lambda: page.mapTo(window, page.rect().topLeft()).y() == top)
    assert strip.isVisible()


def test_the_frame_of_the_tour_follows_what_a_message_moves(window, qtbot):
    window.start_tour()
    before = window.tour._ring.y()
    window.tell("A message above the page.")
    qtbot.waitUntil(lambda: window.tour._ring.y() > before)
    assert not window.tour._ring.geometry().intersects(
        window.messages.rect().translated(window.messages.mapTo(window, window.messages.rect().topLeft()))
    )


def test_that_edits_are_not_kept_safe_is_said_only_while_it_is_so(window):
    window.autosave.trouble.emit("edits are not kept safe at the moment")
    assert "not kept safe" in window.messages.text
    window.autosave.trouble.emit("")
    assert window.messages.text == ""
    window.tell("something else")
    window.autosave.trouble.emit("")
    assert window.messages.text == "something else"


def test_a_question_comes_back_until_it_is_answered(window, qtbot, monkeypatch):
    from gui.window import messages

    monkeypatch.setattr(messages, "INFO_MS", 30)
    strip, answers = window.messages, []
    strip.tell("Restore it?", "info", restore=lambda: answers.append(strip.text))
    window.tell("Camera: follow.", "info")
    qtbot.waitUntil(lambda: strip.text == "Restore it?")
    window.tell("The file is damaged.")
    assert strip.text == "The file is damaged."
    strip._close.click()
    assert strip.text == "Restore it?"
    strip.press("restore")
    assert (answers, strip.text) == ([""], "")
    window.tell("The file is damaged.")
    strip._close.click()
    assert strip.text == ""


def test_its_corners_are_round_on_both_sides(window, qtbot):
    for kind in ("error", "info"):
        window.tell("It could not be read, and this is as long as it takes for a row of its own. " * 2, kind)
        qtbot.wait(20)
        seen = window.messages.grab().toImage()
        right, bottom = seen.width() - 1, seen.height() - 1
        for y in (0, bottom):
            places = [(x, abs(y - up)) for x, up in itertools.product(range(8), repeat=2)]
            apart = [abs(qGray(seen.pixel(x, y)) - qGray(seen.pixel(right - x, y))) for x, y in places]
            assert sum(apart) / len(apart) < 20  # shades of 256


@pytest.mark.parametrize("size", [(800, 500), (1280, 800)])
@pytest.mark.parametrize("kind", ["error", "info"])
def test_class_mode_takes_a_message_along_and_brings_it_back(window, qtbot, size, kind):
    strip = window.messages

    def top(part):
        return part.mapTo(window, part.rect().topLeft()).y()

    window.resize(*size)
    qtbot.wait(20)
    window.tell("It could not be read.", kind)
    qtbot.wait(20)
    before = top(strip), strip.width(), strip.parentWidget()
    window.shortcuts.do("class-mode")
    qtbot.waitUntil(lambda: top(strip) < 10)  # where the bars were
    room = strip.height() if size[1] >= 600 else 0
    qtbot.waitUntil(lambda: room + top(strip) <= top(window.line) < room + 20)
    window.shortcuts.do("class-mode")
    qtbot.waitUntil(lambda: (top(strip), strip.width(), strip.parentWidget()) == before)


def test_what_was_said_of_a_page_makes_room_for_itself_there(window, qtbot):
    window.resize(800, 500)
    for dock in (window.scenario_dock, window.views_dock):
        dock.hide()  # so that the page that comes is as large
    qtbot.wait(20)
    window.tell("It could not be read.", page="weights")
    strip, page = window.messages, window.pages
    assert strip.parentWidget() is window  # over the titles of the panels
    window.pages.show("weights")
    qtbot.waitUntil(lambda: page.y() > strip.mapTo(window, strip.rect().bottomLeft()).y())
