"""Texts that would do something where they are shown."""
TEXTS = ["\x1b]0;pwned\x07\x1b[2J\x9b1A", "\u202e\u2066\u200b\ufeff", "\ud800\udfff", "\0\r\n\v", "=1+1", "{asked}{0}{}%s"]


def predict_linear(X, w, b):
    raise ValueError("|".join(TEXTS))


def regression_loss(y_hat, y, kind, delta=1.0):
    raise KeyError(*TEXTS)


def mse_grad(X, y, w, b):
    print(*TEXTS)
    exec(compile("raise ValueError(1)", "<\x1b[31m\u202e.py>", "exec"))
