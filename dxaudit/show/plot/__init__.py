"""Charts. Every function takes a value of the library and an Axes, and returns the Axes."""
