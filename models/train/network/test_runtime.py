import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

TRAIN = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize(
    "script",
    sorted(str(p.relative_to(TRAIN)) for p in TRAIN.rglob("*.py") if p.name != "runtime.py"),
)
def test_comes_from_runtime(script: str) -> None:
    quiet = False
    for node in ast.parse((TRAIN / script).read_text()).body:
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        if isinstance(node, ast.Import):
            names = [a.name for a in node.names]
        quiet = quiet or names == ["network.runtime"]
        assert quiet or not any(
            n.split(".")[0] == "onnxruntime" for n in names
        ), f"line {node.lineno}"


def test_keeps_to_itself(tmp_path: Path) -> None:
    """No identity of the machine and no store of events is left for an upload."""
    # What it has to say of this processor goes to standard error.
    script = "from network.runtime import onnxruntime; onnxruntime.SessionOptions(); print(onnxruntime.get_device())"
    env = {k: v for k, v in os.environ.items() if k != "ORT_DISABLE_TELEMETRY"}
    env |= {
        "HOME": str(tmp_path),
        "TMPDIR": str(tmp_path),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }
    said = subprocess.run(
        [sys.executable, "-B", "-c", script], cwd=TRAIN, env=env, check=True, stdout=subprocess.PIPE
    )
    assert said.stdout == b"CPU\n"
    assert not list(tmp_path.rglob("*"))
