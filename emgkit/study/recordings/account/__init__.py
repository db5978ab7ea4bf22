"""Account: every file of a folder of recordings, with its role."""

from emgkit.study.recordings.account.accounting import account, exclusion_table, file_table
from emgkit.study.recordings.account.finding import find, is_bids
from emgkit.study.recordings.account.near import telling_near_files
from emgkit.study.recordings.account.sources import Account, Accounting, ListedFile, RecordingSource
from emgkit.study.recordings.account.unfitted import look_into

__all__ = [
    "Account",
    "Accounting",
    "ListedFile",
    "RecordingSource",
    "account",
    "exclusion_table",
    "file_table",
    "find",
    "is_bids",
    "look_into",
    "telling_near_files",
]
