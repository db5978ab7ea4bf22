"""What commands find and print, apart from the commands themselves."""

__all__: list[str] = []
