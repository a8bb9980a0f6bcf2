"""Wrong vectors."""

from autograder.bank import mistake


@mistake("scale", en="Is scaling a sum or a product?", zh="缩放是相加还是相乘？")
def scale_adds(x, a):
    return x + a


@mistake("scale", en="Which way does the factor go?", zh="系数是乘还是除？")
def scale_divides(x, a):
    return x / a


@mistake("mean_square_grad", en="The mean divides by N: did you?", zh="平均值要除以 N，除了吗？")
def mean_square_grad_without_mean(x):
    return 2 * x


@mistake("mean_square_grad", en="What is the derivative of a square?", zh="平方的导数是什么？")
def mean_square_grad_without_two(x):
    return x / x.size


@mistake("mean_square_grad", en="Uphill or downhill?", zh="上坡还是下坡？")
def mean_square_grad_negated(x):
    return -2 * x / x.size
