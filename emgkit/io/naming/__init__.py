"""Names of files: what layouts read in them, for study files and for the maps of conversions."""

__all__: list[str] = []
