"""The module raises at every name."""


def __getattr__(name):
    raise RuntimeError("go away")
