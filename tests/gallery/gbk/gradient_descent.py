"""线性回归与梯度下降。"""


def predict_linear(X, w, b):
    return X @ w + b
