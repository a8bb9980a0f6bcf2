"""Talkative and wrong everywhere: the report stays small."""


def talk(*arguments, **keywords):
    print("\x1b[31m</script><b>" * 10_000)
    raise ValueError("</td>" * 10_000)


def __getattr__(name):
    return talk
