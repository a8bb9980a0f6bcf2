"""An alarm that raises at any moment, between questions too."""
import signal


def ring(number, frame):
    raise KeyboardInterrupt


signal.signal(signal.SIGALRM, ring)
signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)


def predict_linear(X, w, b):
    while True:
        pass
