"""The name holds a number, and another a class whose objects do not travel."""
predict_linear = 5


class mse_grad:
    def __init__(self, X, y, w, b):
        self.dw, self.db = w, b
