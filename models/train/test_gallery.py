from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import gallery
from network.packages import Bank


@pytest.fixture
def photographs(tmp_path: Path) -> Path:
    """In the places of those that are shown: dark on the left, light on the right."""
    folder = tmp_path / "photos" / "cc0"
    folder.mkdir(parents=True)
    ramp = np.linspace(0, 255, 96, dtype=np.uint8)
    for plate in (*gallery.SHOWN, *gallery.LOOKED_AT):
        Image.fromarray(np.tile(ramp, (64, 1))).convert("RGB").save(
            folder / f"{plate.name}.jpg", quality=100
        )
    return tmp_path


def test_a_part_is_shown_around_its_middle_and_within_the_picture() -> None:
    image = np.linspace(0, 1, 100, dtype=np.float32)[None, None, None].repeat(3, 1).repeat(50, 2)
    middle = np.asarray(gallery.Plate("", 0.5, 0.5).shown(image, 20, 10))
    assert middle.shape == (10, 20, 3) and abs(middle[:, [9, 10]].mean() / 255 - 0.5) < 0.01
    assert np.asarray(gallery.Plate("", 1.0, 1.0).shown(image, 20, 10))[0, -1, 0] == 255
    assert np.asarray(gallery.Plate("", 0.0, 0.0).shown(image, 20, 10))[0, 0, 0] == 0


def test_a_gallery_shows_every_style_on_both_photographs(
    packages: Path, photographs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bank = Bank(packages)
    names = list(bank.styles)
    monkeypatch.setattr(gallery, "MIX", (names[0], names[1]))
    sheet = np.asarray(gallery.gallery(bank, photographs, 48, 32, 64))
    assert sheet.shape == (
        2 * (32 + gallery.CAPTION) + gallery.GAP,
        4 * (48 + gallery.GAP) + gallery.GAP,
        3,
    )

    def cell(index: int) -> np.ndarray:
        row, column = divmod(index, 4)
        top, left = gallery.GAP + row * (32 + gallery.CAPTION), gallery.GAP + column * (
            48 + gallery.GAP
        )
        return sheet[top : top + 32, left : left + 48]

    for index, plate in enumerate(gallery.SHOWN):
        image = plate.picture(photographs, 64)
        assert np.array_equal(cell(index), np.asarray(plate.shown(image, 48, 32)))
        for place, style in enumerate(bank.styles.values()):
            painted = plate.shown(bank.paint(image, style.vector), 48, 32)
            assert np.array_equal(cell(2 + 2 * place + index), np.asarray(painted))
    assert not np.array_equal(cell(6), cell(7))  # two mixtures


def test_sheets_are_of_two_sizes(packages: Path, photographs: Path, tmp_path: Path) -> None:
    arguments = [
        "--styles",
        str(packages),
        "--data",
        str(photographs),
        "--width",
        "60",
        "--height",
        "40",
    ]
    gallery.main([*arguments, "--sheets", str(tmp_path / "sheets")])
    made = sorted(path.name for path in (tmp_path / "sheets").iterdir())
    assert made == sorted(
        f"{plate.name}.{lines}.jpg" for plate in gallery.LOOKED_AT for lines in (1080, 2160)
    )
