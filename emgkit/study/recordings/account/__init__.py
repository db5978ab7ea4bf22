"""Account: every file of a folder of recordings, with its role."""

from emgkit.study.recordings.account.accounting import account, exclusion_table
from emgkit.study.recordings.account.finding import find, is_bids
from emgkit.study.recordings.account.sources import Account, Accounting, RecordingSource

__all__ = ["Account", "Accounting", "RecordingSource", "account", "exclusion_table", "find", "is_bids"]
