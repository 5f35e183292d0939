import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import gallery
import plates
from packages import Bank
from test_packages import packages  # noqa: F401, a fixture


def test_the_still_life_is_always_the_same_and_has_everything_in_it() -> None:
    one, other = (np.asarray(plates.still_life(60, 40)) for _ in range(2))
    assert one.shape == (40, 60, 3) and np.array_equal(one, other)
    # Sunflowers, the jug's blue band on white, the bowl of fruit and the window's sky are where they belong.
    red, green, blue = (one[..., i].astype(int) for i in range(3))
    assert ((red > 150) & (blue < 60))[:17, 8:32].sum() > 20
    assert ((blue > red + 40) & (blue > green))[17:32, 14:28].any()
    assert (blue > red + 30)[:8, 36:54].any()
    assert ((red > 180) & (green < 150) & (blue < 80))[20:30, 32:46].any()


def test_the_landscape_is_the_demos() -> None:
    if not shutil.which("go"):
        pytest.skip("no go, which makes the demo's plate")
    picture = plates.landscape(96, 64)
    assert picture.size == (96, 64)
    # Balloon or not, above is blue sky and right of the middle the sun.
    red, _, blue = np.asarray(picture, int)[2, 10]
    assert blue > red


def test_a_gallery_shows_every_style_on_both_plates(packages: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shade = lambda value: lambda width, height: Image.new("RGB", (width, height), value)
    monkeypatch.setattr(plates, "landscape", shade((40, 90, 160)))
    monkeypatch.setattr(plates, "still_life", shade((200, 120, 40)))
    monkeypatch.setattr(gallery, "WIDTH", 48)
    monkeypatch.setattr(gallery, "HEIGHT", 32)
    bank = Bank(packages)
    names = list(bank.styles)
    sheet = np.asarray(gallery.gallery(bank, names, (names[0], names[1])))
    row, column = 32 + gallery.CAPTION, 48 + gallery.GAP
    # The strip's five pictures share the width of four.
    strip = round(((4 * column) // 5 - gallery.GAP) * 32 / 48)
    assert sheet.shape == (2 * row + strip + gallery.CAPTION + 2 * gallery.GAP, 4 * column + gallery.GAP, 3)
    # Plate by plate and style by style, each painted picture is where it belongs.
    middle = lambda x, y: sheet[gallery.GAP + y * row + 16, gallery.GAP + x * column + 24]
    assert tuple(middle(1, 0)) == (40, 90, 160) and tuple(middle(2, 0)) == (200, 120, 40)
    for index, name in enumerate(names):
        for plate, colour in enumerate(((40, 90, 160), (200, 120, 40))):
            painted = gallery.paint(bank, Image.new("RGB", (96, 64), colour), bank.styles[name].vector)
            expected = np.asarray(painted.resize((48, 32), Image.LANCZOS))[16, 24]
            assert np.array_equal(middle(2 * index + plate, 1), expected)
