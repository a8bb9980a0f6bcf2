"""Exceptions that are called like others: only Python's own counts as not implemented."""


def named(name, *bases):
    return type(name, bases, {})


def predict_linear(X, w, b):
    raise named("NotImplementedError", Exception)("predict_linear")


def regression_loss(y_hat, y, kind, delta=1.0):
    raise named("ValueError", Exception)("kind")


def mse_grad(X, y, w, b):
    raise named("MemoryError", BaseException)


def loss_grad_wrt_pred(kind, y_hat, y, delta=1.0):
    raise named("StudentFault", KeyboardInterrupt)("passed")


def numerical_gradient(f, x, h=1e-5):
    raise named("x" * 100_000, GeneratorExit)


def closed_form(X, y, l2=0.0):
    raise NotImplementedError("\x1b[32m100/100")


def minibatches(N, batch, rng):
    yield 0
    raise StopIteration


def relu_sum(knots, values):
    raise type("{asked}", (ExceptionGroup,), {})("{0} {} %s", [ValueError("{kind}")])
