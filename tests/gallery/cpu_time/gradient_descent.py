"""Burns the submission's CPU time before its wall time is up."""


def predict_linear(X, w, b):
    while True:
        pass
