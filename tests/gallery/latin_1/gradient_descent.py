"""Line of a student from Göttingen."""
# Größe


def predict_linear(X, w, b):
    return X @ w + b
