from pathlib import Path

import pytest
import torch

from pictures import data_folder


@pytest.fixture(scope="session", autouse=True)
def threads() -> None:
    torch.set_num_threads(2)


@pytest.fixture(scope="session")
def data() -> Path:
    """The data folder, which is not part of the repository."""
    folder = data_folder()
    if not (folder / "photos" / "kodak").is_dir():
        pytest.skip(f"no photographs, paintings and loss networks at {folder}: set IMPASTO_DATA")
    return folder
