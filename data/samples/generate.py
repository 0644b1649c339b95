"""Write the sample city beside this file: ``python data/samples/generate.py``."""

from generator.__main__ import main

if __name__ == "__main__":
    main()
