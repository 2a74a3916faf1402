"""Opens the window: ``python app.py``; ``python app.py --help`` says what else it can do."""

import sys

from gui.command import main

if __name__ == "__main__":
    sys.exit(main())
