"""``python -m emgkit`` is the ``emgkit`` command."""

from emgkit.cli import main

__all__: list[str] = []

if __name__ == "__main__":
    main()
