"""The module answers to every name."""


def __getattr__(name):
    return lambda *arguments, **keywords: None
