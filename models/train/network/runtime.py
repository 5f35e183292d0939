"""ONNX Runtime, which comes from here alone: its telemetry, which posts what runs on this machine,
begins as it is loaded.
"""

import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import onnxruntime  # noqa: E402, F401
