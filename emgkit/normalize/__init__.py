"""Learn the reference that stands for 100 %, and judge the rule that finds it."""

from __future__ import annotations

from emgkit.normalize.bias import best_window_bias
from emgkit.normalize.exceeding import above_reference
from emgkit.normalize.learning import learn, reference
from emgkit.normalize.trials import ProcessedTrial
from emgkit.normalize.windows import best_windows, windows_of

__all__ = ["ProcessedTrial", "above_reference", "best_window_bias", "best_windows", "learn", "reference", "windows_of"]
