"""How many stages are run: by whom, with what stored and what shown."""

from emgkit.study.recordings.walking.storing import Store, store
from emgkit.study.recordings.walking.walk import Progress, Walk, nobody

__all__ = ["Progress", "Store", "Walk", "nobody", "store"]
