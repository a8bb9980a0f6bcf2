"""Wrong answers that people really write, each with the question that helps.

Left out on purpose: Huber's loss with `<` for `<=` (both pieces agree where they meet, so it is right); the
gradient with residual y − ŷ (it is `mse_grad_sign_flipped`); mini-batches that shuffle X but not y (the
function hands out indices, which serve both).
"""

from itertools import count

import numpy as np

from autograder.bank import mistake

from . import solution as right

# ---------------------------------------------------------------- predict_linear


@mistake(
    "predict_linear",
    en="What should the model predict for a row of zeros?",
    zh="如果一行特征全是 0，模型应该预测多少？",
)
def predict_linear_without_bias(X, w, b):
    return X @ w


@mistake(
    "predict_linear",
    en="Which axis of X holds the features that w weighs?",
    zh="w 要加权的特征在 X 的哪一个轴上？",
)
def predict_linear_transposed_data(X, w, b):
    return X.T @ w + b


@mistake(
    "predict_linear",
    en="How many axes should N predictions have?",
    zh="N 个预测值组成的数组应该有几个轴？",
)
def predict_linear_as_column(X, w, b):
    return (X @ w + b)[:, None]


@mistake(
    "predict_linear",
    en="How often is the bias added to one prediction: once, or once for each feature?",
    zh="对一个预测值，偏置加了几次：一次，还是每个特征一次？",
)
def predict_linear_bias_per_feature(X, w, b):
    return (X + b) @ w


@mistake(
    "predict_linear",
    en="Which feature does w[0] belong to?",
    zh="w[0] 对应的是哪一个特征？",
)
def predict_linear_reversed_weights(X, w, b):
    return X @ w[::-1] + b


@mistake(
    "predict_linear",
    en="Does a larger bias raise the prediction or lower it?",
    zh="偏置变大时，预测值应该变大还是变小？",
)
def predict_linear_bias_subtracted(X, w, b):
    return X @ w - b


@mistake(
    "predict_linear",
    en="Over which axis do the products of features and weights add up?",
    zh="特征与权重的乘积应该沿哪个轴求和？",
)
def predict_linear_not_summed(X, w, b):
    return X * w + b


@mistake(
    "predict_linear",
    en="Does each example get its own prediction?",
    zh="每个样本是否都有自己的预测值？",
)
def predict_linear_summed_over_examples(X, w, b):
    return np.sum(X * w) + b


@mistake(
    "predict_linear",
    en="Is the model a weighted sum of the features, or a mean of them?",
    zh="模型是特征的加权和，还是平均？",
)
def predict_linear_mean_over_features(X, w, b):
    return np.mean(X * w, axis=1) + b


# ---------------------------------------------------------------- regression_loss


@mistake(
    "regression_loss",
    en="Does this course's squared loss carry a factor 1/2?",
    zh="本课程的平方损失带 1/2 吗？",
)
def mse_with_half(y_hat, y, kind, delta=1.0):
    loss = right.regression_loss(y_hat, y, kind, delta)
    return loss / 2 if kind == "mse" else loss


@mistake(
    "regression_loss",
    en="Should the loss double when every example is given twice?",
    zh="如果把每个样本都重复一遍，损失应该翻倍吗？",
)
def loss_summed(y_hat, y, kind, delta=1.0):
    return len(y) * right.regression_loss(y_hat, y, kind, delta)


@mistake(
    "regression_loss",
    en="If every residual doubles, by how much should the squared loss grow?",
    zh="所有残差都变成两倍时，平方损失应该变成几倍？",
)
def mse_with_root(y_hat, y, kind, delta=1.0):
    loss = right.regression_loss(y_hat, y, kind, delta)
    return loss**0.5 if kind == "mse" else loss


@mistake(
    "regression_loss",
    en="What is the shape of your residual: N, or N×N?",
    zh="残差的形状是什么：N，还是 N×N？",
)
def loss_over_all_pairs(y_hat, y, kind, delta=1.0):
    every = (y_hat[:, None] - y).ravel()
    return right.regression_loss(every, np.zeros(len(every)), kind, delta)


@mistake(
    "regression_loss",
    en="Do the two pieces of Huber's loss meet at |r| = delta?",
    zh="在 |r| = delta 处，Huber 损失的两段接得上吗？",
)
def huber_without_join(y_hat, y, kind, delta=1.0):
    if kind != "huber":
        return right.regression_loss(y_hat, y, kind, delta)
    size = np.abs(y_hat - y)
    return float(np.mean(np.where(size <= delta, size**2 / 2, delta * size)))


@mistake(
    "regression_loss",
    en="Does your loss change when delta changes?",
    zh="delta 改变时，你的损失跟着变吗？",
)
def huber_delta_ignored(y_hat, y, kind, delta=1.0):
    return right.regression_loss(y_hat, y, kind, 1.0)


@mistake(
    "regression_loss",
    en="What is Huber's loss of a residual smaller than delta?",
    zh="残差小于 delta 时，Huber 损失是多少？",
)
def huber_without_half(y_hat, y, kind, delta=1.0):
    loss = right.regression_loss(y_hat, y, kind, delta)
    return 2 * loss if kind == "huber" else loss


@mistake(
    "regression_loss",
    en="Is a residual of −100 large or small for Huber's loss?",
    zh="对 Huber 损失来说，残差 −100 算大还是算小？",
)
def huber_compares_signed_residual(y_hat, y, kind, delta=1.0):
    if kind != "huber":
        return right.regression_loss(y_hat, y, kind, delta)
    r = y_hat - y
    return float(np.mean(np.where(r <= delta, r**2 / 2, delta * np.abs(r) - delta**2 / 2)))


@mistake(
    "regression_loss",
    en="Can residuals of −3 and +3 cancel in your loss?",
    zh="残差 −3 和 +3 在你的损失里会互相抵消吗？",
)
def mae_without_absolute(y_hat, y, kind, delta=1.0):
    return float(np.mean(y_hat - y)) if kind == "mae" else right.regression_loss(y_hat, y, kind, delta)


@mistake(
    "regression_loss",
    en="What happens with the name of a loss that does not exist?",
    zh="传入一个不存在的损失名时会发生什么？",
)
def loss_of_unknown_kind(y_hat, y, kind, delta=1.0):
    return right.regression_loss(y_hat, y, kind if kind in ("mse", "mae") else "huber", delta)


# ---------------------------------------------------------------- mse_grad


@mistake(
    "mse_grad",
    en="The loss is a mean: did you divide by the number of examples N?",
    zh="损失取的是平均值：梯度除以样本数 N 了吗？",
)
def mse_grad_without_mean(X, y, w, b):
    dw, db = right.mse_grad(X, y, w, b)
    return len(y) * dw, len(y) * db


@mistake(
    "mse_grad",
    en="What is the derivative of r² with respect to r?",
    zh="r² 对 r 的导数是什么？",
)
def mse_grad_without_two(X, y, w, b):
    dw, db = right.mse_grad(X, y, w, b)
    return dw / 2, db / 2


@mistake(
    "mse_grad",
    en="If all predictions are too high, should db be positive or negative?",
    zh="如果所有预测都偏高，db 应该是正的还是负的？",
)
def mse_grad_sign_flipped(X, y, w, b):
    dw, db = right.mse_grad(X, y, w, b)
    return -dw, -db


@mistake(
    "mse_grad",
    en="Do dw and db come from the same residual, with the same sign?",
    zh="dw 和 db 用的是同一个残差、同一个符号吗？",
)
def mse_grad_db_sign_flipped(X, y, w, b):
    dw, db = right.mse_grad(X, y, w, b)
    return dw, -db


@mistake(
    "mse_grad",
    en="There is one bias for all examples: how many numbers should db be?",
    zh="所有样本共用一个偏置：db 应该是几个数？",
)
def mse_grad_db_not_summed(X, y, w, b):
    dw, _ = right.mse_grad(X, y, w, b)
    return dw, 2 / len(y) * (X @ w + b - y)


@mistake(
    "mse_grad",
    en="Is db averaged over the examples, as dw is?",
    zh="db 也像 dw 那样对样本取平均了吗？",
)
def mse_grad_db_without_mean(X, y, w, b):
    dw, db = right.mse_grad(X, y, w, b)
    return dw, len(y) * db


@mistake(
    "mse_grad",
    en="dw[j] gathers one feature over all examples: which axis of X is summed?",
    zh="dw[j] 汇总的是第 j 个特征在所有样本上的贡献：应该对 X 的哪个轴求和？",
)
def mse_grad_data_not_transposed(X, y, w, b):
    _, db = right.mse_grad(X, y, w, b)
    return 2 / len(y) * (X @ (X @ w + b - y)), db


@mistake(
    "mse_grad",
    en="Over what is the mean taken: over the examples or over the features?",
    zh="平均是对样本取的，还是对特征取的？",
)
def mse_grad_divided_by_features(X, y, w, b):
    dw, db = right.mse_grad(X, y, w, b)
    scale = len(y) / len(w)
    return scale * dw, scale * db


@mistake(
    "mse_grad",
    en="How often does b occur in one prediction, however many weights there are?",
    zh="不论有多少个权重，b 在一个预测值里出现几次？",
)
def mse_grad_db_once_for_each_weight(X, y, w, b):
    dw, db = right.mse_grad(X, y, w, b)
    return dw, len(w) * db


@mistake(
    "mse_grad",
    en="By how much does a prediction change when b grows by 1?",
    zh="b 增加 1 时，预测值改变多少？",
)
def mse_grad_db_times_weights(X, y, w, b):
    dw, db = right.mse_grad(X, y, w, b)
    return dw, float(np.sum(w)) * db


@mistake(
    "mse_grad",
    en="Does the residual contain the bias?",
    zh="残差里包含偏置了吗？",
)
def mse_grad_residual_without_bias(X, y, w, b):
    return right.mse_grad(X, y, w, 0.0)


@mistake(
    "mse_grad",
    en="In which order are the two gradients asked for?",
    zh="题目要求按什么顺序返回这两个梯度？",
)
def mse_grad_order_swapped(X, y, w, b):
    dw, db = right.mse_grad(X, y, w, b)
    return db, dw


# ---------------------------------------------------------------- loss_grad_wrt_pred


@mistake(
    "loss_grad_wrt_pred",
    en="The absolute loss is a mean too: how much does one prediction move it?",
    zh="绝对值损失也取平均：单个预测值能让它变化多少？",
)
def mae_slope_without_mean(kind, y_hat, y, delta=1.0):
    slope = right.loss_grad_wrt_pred(kind, y_hat, y, delta)
    return slope * len(y) if kind == "mae" else slope


@mistake(
    "loss_grad_wrt_pred",
    en="The loss is a mean over N examples: where is the N in its gradient?",
    zh="损失是 N 个样本的平均：梯度里的 N 在哪里？",
)
def slopes_without_mean(kind, y_hat, y, delta=1.0):
    return right.loss_grad_wrt_pred(kind, y_hat, y, delta) * len(y)


@mistake(
    "loss_grad_wrt_pred",
    en="How steep is Huber's loss far away from 0?",
    zh="在离 0 很远的地方，Huber 损失有多陡？",
)
def huber_slope_not_clipped(kind, y_hat, y, delta=1.0):
    return right.loss_grad_wrt_pred(kind, y_hat, y, np.inf)


@mistake(
    "loss_grad_wrt_pred",
    en="What is the derivative of delta·|r| − delta²/2?",
    zh="delta·|r| − delta²/2 的导数是什么？",
)
def huber_slope_delta_squared(kind, y_hat, y, delta=1.0):
    if kind != "huber":
        return right.loss_grad_wrt_pred(kind, y_hat, y, delta)
    r = y_hat - y
    return np.where(np.abs(r) <= delta, r, delta**2 * np.sign(r)) / len(r)


@mistake(
    "loss_grad_wrt_pred",
    en="Which way does the loss slope where the prediction is too low?",
    zh="预测偏低时，损失朝哪个方向倾斜？",
)
def slope_positive_on_both_sides(kind, y_hat, y, delta=1.0):
    r = y_hat - y
    if kind == "mae":
        return np.ones(len(r)) / len(r)
    if kind == "huber":
        return np.where(np.abs(r) <= delta, r, delta) / len(r)
    return right.loss_grad_wrt_pred(kind, y_hat, y, delta)


@mistake(
    "loss_grad_wrt_pred",
    en="Does the slope of Huber's loss jump at |r| = delta?",
    zh="Huber 损失的导数在 |r| = delta 处会跳变吗？",
)
def huber_slope_jumps_to_one(kind, y_hat, y, delta=1.0):
    if kind != "huber":
        return right.loss_grad_wrt_pred(kind, y_hat, y, delta)
    r = y_hat - y
    return np.where(np.abs(r) <= delta, r, np.sign(r)) / len(r)


@mistake(
    "loss_grad_wrt_pred",
    en="What is the derivative of r²/2?",
    zh="r²/2 的导数是什么？",
)
def huber_slope_doubled_inside(kind, y_hat, y, delta=1.0):
    if kind != "huber":
        return right.loss_grad_wrt_pred(kind, y_hat, y, delta)
    r = y_hat - y
    return np.where(np.abs(r) <= delta, 2 * r, delta * np.sign(r)) / len(r)


@mistake(
    "loss_grad_wrt_pred",
    en="Does the slope change when delta changes?",
    zh="delta 改变时，导数跟着变吗？",
)
def huber_slope_delta_ignored(kind, y_hat, y, delta=1.0):
    return right.loss_grad_wrt_pred(kind, y_hat, y, 1.0)


@mistake(
    "loss_grad_wrt_pred",
    en="Does this course's squared loss carry a factor 1/2?",
    zh="本课程的平方损失带 1/2 吗？",
)
def mse_slope_without_two(kind, y_hat, y, delta=1.0):
    slope = right.loss_grad_wrt_pred(kind, y_hat, y, delta)
    return slope / 2 if kind == "mse" else slope


@mistake(
    "loss_grad_wrt_pred",
    en="If a prediction is too high, should its gradient be positive or negative?",
    zh="预测偏高时，梯度应该是正的还是负的？",
)
def slopes_with_respect_to_target(kind, y_hat, y, delta=1.0):
    return -right.loss_grad_wrt_pred(kind, y_hat, y, delta)


@mistake(
    "loss_grad_wrt_pred",
    en="What does r / |r| give for a prediction that is exactly right?",
    zh="预测完全正确时，r / |r| 等于多少？",
)
def mae_slope_divides_by_zero(kind, y_hat, y, delta=1.0):
    if kind != "mae":
        return right.loss_grad_wrt_pred(kind, y_hat, y, delta)
    r = y_hat - y
    with np.errstate(invalid="ignore"):
        return r / np.abs(r) / len(r)


@mistake(
    "loss_grad_wrt_pred",
    en="Does each prediction get its own slope?",
    zh="每个预测值都有自己的导数吗？",
)
def slopes_summed(kind, y_hat, y, delta=1.0):
    return float(np.sum(right.loss_grad_wrt_pred(kind, y_hat, y, delta)))


@mistake(
    "loss_grad_wrt_pred",
    en="What happens with the name of a loss that does not exist?",
    zh="传入一个不存在的损失名时会发生什么？",
)
def slope_of_unknown_kind(kind, y_hat, y, delta=1.0):
    return right.loss_grad_wrt_pred(kind if kind in ("mse", "mae") else "huber", y_hat, y, delta)


# ---------------------------------------------------------------- numerical_gradient


def _entries(x):
    """Each index of x beside a float array of its shape that is 0 elsewhere and 1 there."""
    for i in np.ndindex(x.shape):
        unit = np.zeros(x.shape)
        unit[i] = 1.0
        yield i, unit


@mistake(
    "numerical_gradient",
    en="Do you look on both sides of x?",
    zh="x 的两侧都取了吗？",
)
def forward_difference(f, x, h=1e-5):
    grad = np.zeros(x.shape)
    for i, unit in _entries(x):
        grad[i] = (f(x + h * unit) - f(x)) / h
    return grad


@mistake(
    "numerical_gradient",
    en="How far apart are the two points at which f is evaluated?",
    zh="计算 f 的两个点相距多远？",
)
def divided_by_one_step(f, x, h=1e-5):
    return 2 * right.numerical_gradient(f, x, h)


@mistake(
    "numerical_gradient",
    en="Where are the earlier entries of x while you vary the next one?",
    zh="改变下一个元素时，前面的元素回到原处了吗？",
)
def entry_not_put_back(f, x, h=1e-5):
    moved = np.array(x, dtype=float)
    grad = np.zeros(moved.shape)
    for i in np.ndindex(moved.shape):
        moved[i] += h
        above = f(moved.copy())
        moved[i] -= 2 * h
        grad[i] = (above - f(moved.copy())) / (2 * h)
    return grad


@mistake(
    "numerical_gradient",
    en="What does an integer array keep of 3 + 0.00001?",
    zh="把 3 + 0.00001 存进整数数组，会留下什么？",
)
def integer_entry_truncated(f, x, h=1e-5):
    moved = x.copy()
    grad = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        moved[i] = x[i] + h
        above = f(moved.copy())
        moved[i] = x[i] - h
        below = f(moved.copy())
        moved[i] = x[i]
        grad[i] = (above - below) / (2 * h)
    return grad


@mistake(
    "numerical_gradient",
    en="What dtype does zeros_like give for integers?",
    zh="x 是整数数组时，zeros_like(x) 的 dtype 是什么？",
)
def slopes_stored_as_integers(f, x, h=1e-5):
    return right.numerical_gradient(f, x, h).astype(x.dtype)


@mistake(
    "numerical_gradient",
    en="What does x[i] pick out of a matrix: an entry or a row?",
    zh="x 是矩阵时，x[i] 取到的是一个元素还是一行？",
)
def only_first_axis(f, x, h=1e-5):
    grad = np.zeros(x.shape)
    for i in range(len(x)):
        step = np.zeros(x.shape)
        step[i] = h
        grad[i] = (f(x + step) - f(x - step)) / (2 * h)
    return grad


@mistake(
    "numerical_gradient",
    en="How many entries of x move at a time?",
    zh="每次移动了 x 的几个元素？",
)
def all_entries_at_once(f, x, h=1e-5):
    return np.full(x.shape, (f(x + h) - f(x - h)) / (2 * h))


@mistake(
    "numerical_gradient",
    en="How many digits of 3 + 0.00001 does float32 keep?",
    zh="float32 能保留 3 + 0.00001 的几位有效数字？",
)
def steps_in_float32(f, x, h=1e-5):
    x, step = x.astype(np.float32), np.float32(h)
    grad = np.zeros(x.shape)
    for i, unit in _entries(x):
        move = step * unit.astype(np.float32)
        grad[i] = (f(x + move) - f(x - move)) / (2 * step)
    return grad


@mistake(
    "numerical_gradient",
    en="What is left of a difference of two nearly equal numbers when the step is tiny?",
    zh="步长极小时，两个几乎相等的数相减还剩下多少有效数字？",
)
def step_far_too_small(f, x, h=1e-5):
    return right.numerical_gradient(f, x, 1e-13)


@mistake(
    "numerical_gradient",
    en="Who chooses the step: the caller, or your function?",
    zh="步长由谁决定：调用者，还是你的函数？",
)
def step_of_its_own(f, x, h=1e-5):
    return right.numerical_gradient(f, x)


@mistake(
    "numerical_gradient",
    en="Which shape should the gradient with respect to a matrix have?",
    zh="对矩阵求梯度，结果应该是什么形状？",
)
def gradient_flattened(f, x, h=1e-5):
    return right.numerical_gradient(f, x, h).ravel()


@mistake(
    "numerical_gradient",
    en="If f falls while x grows, which sign should the slope have?",
    zh="x 增大而 f 减小时，导数应该是什么符号？",
)
def difference_the_wrong_way_round(f, x, h=1e-5):
    return -right.numerical_gradient(f, x, h)


# ---------------------------------------------------------------- closed_form


def _with_ones(X):
    return np.column_stack([X, np.ones(len(X))])  # (N, D + 1)


@mistake(
    "closed_form",
    en="Is the bias part of the penalty?",
    zh="惩罚项里包含偏置吗？",
)
def bias_regularised(X, y, l2=0.0):
    A = _with_ones(X)
    theta = np.linalg.pinv(A.T @ A + len(y) * l2 * np.eye(A.shape[1])) @ (A.T @ y)
    return theta[:-1], float(theta[-1])


@mistake(
    "closed_form",
    en="The loss is a mean: by what is XᵀX divided before l2 joins it?",
    zh="损失取平均：与 l2 相加之前，XᵀX 应该除以什么？",
)
def l2_without_number_of_examples(X, y, l2=0.0):
    return right.closed_form(X, y, l2 / len(y))


@mistake(
    "closed_form",
    en="What is the inverse of XᵀX when one feature is always 0?",
    zh="如果某个特征恒为 0，XᵀX 的逆是什么？",
)
def inverse_of_singular_matrix(X, y, l2=0.0):
    mean = X.mean(axis=0)
    A = X - mean
    w = np.linalg.inv(A.T @ A + len(y) * l2 * np.eye(X.shape[1])) @ (A.T @ (y - y.mean()))
    return w, float(y.mean() - mean @ w)


@mistake(
    "closed_form",
    en="How many unknowns are there, and how large is your matrix?",
    zh="未知数有几个？你的矩阵有多大？",
)
def gram_matrix_of_examples(X, y, l2=0.0):
    A = _with_ones(X)
    theta = np.linalg.pinv(A @ A.T + len(y) * l2 * np.eye(len(y))) @ (A.T @ y)
    return theta[:-1], float(theta[-1])


@mistake(
    "closed_form",
    en="What two things does the function return?",
    zh="函数要返回哪两样东西？",
)
def weights_and_bias_in_one_vector(X, y, l2=0.0):
    w, b = right.closed_form(X, y, l2)
    return np.append(w, b)


@mistake(
    "closed_form",
    en="Must your plane go through the origin?",
    zh="你拟合的平面一定要过原点吗？",
)
def plane_through_origin(X, y, l2=0.0):
    D = X.shape[1]
    w = np.linalg.pinv(X.T @ X + len(y) * l2 * np.eye(D)) @ (X.T @ y)
    return w, 0.0


@mistake(
    "closed_form",
    en="After centring the data, how do you get the bias back?",
    zh="数据中心化之后，怎样还原偏置？",
)
def bias_is_mean_target(X, y, l2=0.0):
    w, _ = right.closed_form(X, y, l2)
    return w, float(np.mean(y))


@mistake(
    "closed_form",
    en="Do the weights shrink when l2 grows?",
    zh="l2 变大时，权重会变小吗？",
)
def l2_ignored(X, y, l2=0.0):
    return right.closed_form(X, y)


@mistake(
    "closed_form",
    en="Both terms are squares: does a factor 2 appear in both derivatives?",
    zh="两项都是平方：求导时两项都出现了因子 2 吗？",
)
def l2_halved(X, y, l2=0.0):
    return right.closed_form(X, y, l2 / 2)


# ---------------------------------------------------------------- gradient_descent


@mistake(
    "gradient_descent",
    en="Is each row of the history its own array, or the same one each time?",
    zh="轨迹的每一行是各自独立的数组，还是同一个数组？",
)
def history_of_one_array(grad_fn, theta0, lr, steps):
    final = right.gradient_descent(grad_fn, theta0, lr, steps)[-1]
    return np.tile(final, (steps + 1, 1))


@mistake(
    "gradient_descent",
    en="Which point should the first row hold: before or after the first update?",
    zh="第一行应该是哪个点：第一次更新之前还是之后？",
)
def history_starts_after_first_step(grad_fn, theta0, lr, steps):
    return right.gradient_descent(grad_fn, theta0, lr, steps + 1)[1:]


@mistake(
    "gradient_descent",
    en="Does a step go up the slope or down?",
    zh="每一步是沿着坡往上走，还是往下走？",
)
def step_uphill(grad_fn, theta0, lr, steps):
    return right.gradient_descent(grad_fn, theta0, -lr, steps)


@mistake(
    "gradient_descent",
    en="After `steps` updates, how many points have been visited, the start included?",
    zh="更新 steps 次之后，连同起点一共经过了几个点？",
)
def one_step_short(grad_fn, theta0, lr, steps):
    return right.gradient_descent(grad_fn, theta0, lr, max(steps - 1, 0))


@mistake(
    "gradient_descent",
    en="Is the caller's theta0 still where it was?",
    zh="调用者手里的 theta0 还是原来的值吗？",
)
def starting_point_moved(grad_fn, theta0, lr, steps):
    history = right.gradient_descent(grad_fn, theta0, lr, steps)
    theta0[:] = history[-1]
    return history


@mistake(
    "gradient_descent",
    en="grad_fn gives the gradient of the mean already: what else do you divide by?",
    zh="grad_fn 给出的已经是平均损失的梯度：你还除以了什么？",
)
def learning_rate_divided_again(grad_fn, theta0, lr, steps):
    return right.gradient_descent(grad_fn, theta0, lr / len(theta0), steps)


@mistake(
    "gradient_descent",
    en="At which point is the gradient of the second step taken?",
    zh="第二步的梯度是在哪个点上计算的？",
)
def gradient_taken_once(grad_fn, theta0, lr, steps):
    slope = grad_fn(np.array(theta0, dtype=float))
    return right.gradient_descent(lambda theta: slope, theta0, lr, steps)


@mistake(
    "gradient_descent",
    en="Is only the end of the path asked for?",
    zh="题目只要终点吗？",
)
def only_the_last_point(grad_fn, theta0, lr, steps):
    return right.gradient_descent(grad_fn, theta0, lr, steps)[-1]


@mistake(
    "gradient_descent",
    en="Where is the starting point in your history?",
    zh="起点在你的轨迹里吗？",
)
def starting_point_left_out(grad_fn, theta0, lr, steps):
    return right.gradient_descent(grad_fn, theta0, lr, steps)[1:]


@mistake(
    "gradient_descent",
    en="If the start is given in integers, what happens to a step of 0.1?",
    zh="如果起点是整数，走 0.1 的一步会发生什么？",
)
def history_keeps_integers(grad_fn, theta0, lr, steps):
    history = np.zeros((steps + 1, len(theta0)), dtype=theta0.dtype)
    history[0] = theta0
    for k in range(steps):
        history[k + 1] = history[k] - lr * grad_fn(history[k].astype(float))
    return history


@mistake(
    "gradient_descent",
    en="Should a step be shorter where the slope is gentler?",
    zh="坡度变缓时，步子应该变小吗？",
)
def steps_of_equal_length(grad_fn, theta0, lr, steps):
    def direction(theta):
        slope = grad_fn(theta)
        return slope / np.linalg.norm(slope)

    return right.gradient_descent(direction, theta0, lr, steps)


# ---------------------------------------------------------------- minibatches


@mistake(
    "minibatches",
    en="What becomes of the examples that do not fill a whole mini-batch?",
    zh="凑不满一个小批量的样本去哪儿了？",
)
def last_batch_dropped(N, batch, rng):
    order = rng.permutation(N)
    return [order[start : start + batch] for start in range(0, N - batch + 1, batch)]


@mistake(
    "minibatches",
    en="Does one mini-batch begin where the one before it ended?",
    zh="下一个小批量是从上一个结束的地方开始的吗？",
)
def batches_overlap(N, batch, rng):
    order = rng.permutation(N)
    return [order[start : start + batch + 1] for start in range(0, N, batch)]


@mistake(
    "minibatches",
    en="Can an example come twice in one epoch, and another not at all?",
    zh="一个 epoch 里，会不会有的样本出现两次，有的一次也不出现？",
)
def drawn_with_replacement(N, batch, rng):
    order = rng.integers(N, size=N)
    return [order[start : start + batch] for start in range(0, N, batch)]


@mistake(
    "minibatches",
    en="Where are the examples shuffled?",
    zh="样本在哪里被打乱了？",
)
def never_shuffled(N, batch, rng):
    order = np.arange(N)
    return [order[start : start + batch] for start in range(0, N, batch)]


@mistake(
    "minibatches",
    en="Is the second epoch's order another one than the first's?",
    zh="第二个 epoch 的顺序和第一个不同吗？",
)
def same_order_each_epoch(N, batch, rng):
    return right.minibatches(N, batch, np.random.default_rng(0))


_RUNS = count()


@mistake(
    "minibatches",
    en="Is `rng` the only source of randomness: can anyone repeat your epoch?",
    zh="随机性只来自 `rng` 吗：别人能重现你的这个 epoch 吗？",
)
def a_generator_of_its_own(N, batch, rng):
    return right.minibatches(N, batch, np.random.default_rng(next(_RUNS)))  # nobody can have it twice


@mistake(
    "minibatches",
    en="With what is the last mini-batch filled up?",
    zh="最后一个小批量是用什么补满的？",
)
def last_batch_wraps_around(N, batch, rng):
    order = rng.permutation(N)
    return [np.take(order, range(start, start + batch), mode="wrap") for start in range(0, N, batch)]


@mistake(
    "minibatches",
    en="Can the first and the last example ever meet in one mini-batch?",
    zh="第一个样本和最后一个样本有可能分到同一个小批量吗？",
)
def shuffled_inside_each_batch(N, batch, rng):
    return [rng.permutation(np.arange(start, min(start + batch, N))) for start in range(0, N, batch)]


@mistake(
    "minibatches",
    en="Which indices are in each mini-batch: is it only their order that is random?",
    zh="每个小批量里是哪些下标：随机的只是小批量的先后吗？",
)
def only_batches_shuffled(N, batch, rng):
    blocks = [np.arange(start, min(start + batch, N)) for start in range(0, N, batch)]
    full = [blocks[k] for k in rng.permutation(len(blocks) - 1)]
    return [*full, blocks[-1]]


@mistake(
    "minibatches",
    en="How large is each mini-batch but the last?",
    zh="除最后一个外，每个小批量有多大？",
)
def batches_of_even_size(N, batch, rng):
    return np.array_split(rng.permutation(N), -(-N // batch))


@mistake(
    "minibatches",
    en="What is the index of the first example?",
    zh="第一个样本的下标是多少？",
)
def counted_from_one(N, batch, rng):
    return [chosen + 1 for chosen in right.minibatches(N, batch, rng)]


@mistake(
    "minibatches",
    en="Which indices are left when N is a multiple of the batch size?",
    zh="N 恰好是批量大小的整数倍时，还剩下哪些下标？",
)
def empty_batch_at_the_end(N, batch, rng):
    order = rng.permutation(N)
    return [order[start : start + batch] for start in range(0, N + 1, batch)]


# ---------------------------------------------------------------- relu_sum


@mistake(
    "relu_sum",
    en="By how much does a ReLU change the slope of everything to its right?",
    zh="一个 ReLU 会让它右边所有位置的斜率改变多少？",
)
def slopes_not_differenced(knots, values):
    b, c, t = right.relu_sum(knots, values)
    return b, np.cumsum(c), t


@mistake(
    "relu_sum",
    en="What is the slope to the right of the last knot?",
    zh="最后一个结点右边的斜率是多少？",
)
def last_slope_not_cancelled(knots, values):
    b, c, t = right.relu_sum(knots, values)
    return b, np.append(c[:-1], 0.0), t


@mistake(
    "relu_sum",
    en="Are neighbours in the list also neighbours on the axis?",
    zh="列表里相邻的结点在数轴上也相邻吗？",
)
def knots_not_sorted(knots, values):
    slopes = np.diff(values) / np.diff(knots)
    return float(values[0]), np.diff(slopes, prepend=0.0, append=0.0), knots


@mistake(
    "relu_sum",
    en="What is y where every ReLU is 0?",
    zh="所有 ReLU 都为 0 的地方，y 等于多少？",
)
def constant_lost(knots, values):
    _, c, t = right.relu_sum(knots, values)
    return 0.0, c, t


@mistake(
    "relu_sum",
    en="At which end of a segment does its slope begin?",
    zh="一段的斜率从这一段的哪一端开始？",
)
def slope_of_neighbouring_segment(knots, values):
    b, c, t = right.relu_sum(knots, values)
    return b, np.append(0.0, c[:-1]), t


@mistake(
    "relu_sum",
    en="Is a rise of 2 over a long segment as steep as over a short one?",
    zh="同样升高 2，长的一段和短的一段一样陡吗？",
)
def rise_taken_for_slope(knots, values):
    order = np.argsort(knots)
    y = values[order]
    return float(y[0]), np.diff(np.diff(y), prepend=0.0, append=0.0), knots[order]


@mistake(
    "relu_sum",
    en="Which ReLU makes the first segment rise or fall?",
    zh="第一段的升降由哪一个 ReLU 负责？",
)
def first_slope_lost(knots, values):
    b, c, t = right.relu_sum(knots, values)
    return b, np.append(0.0, c[1:]), t


@mistake(
    "relu_sum",
    en="Is b the curve's height at x = 0, or where every ReLU is still 0?",
    zh="b 是曲线在 x = 0 处的高度，还是所有 ReLU 都为 0 时的高度？",
)
def constant_taken_at_zero(knots, values):
    _, c, t = right.relu_sum(knots, values)
    order = np.argsort(knots)
    return float(np.interp(0.0, knots[order], values[order])), c, t


@mistake(
    "relu_sum",
    en="Where does max(0, x − t) begin to rise?",
    zh="max(0, x − t) 从哪里开始上升？",
)
def thresholds_negated(knots, values):
    b, c, t = right.relu_sum(knots, values)
    return b, c, -t


@mistake(
    "relu_sum",
    en="Whose arrays are in another order after your sorting?",
    zh="排序之后，谁的数组顺序变了？",
)
def knots_sorted_in_place(knots, values):
    order = np.argsort(knots)
    knots[:], values[:] = knots[order], values[order]
    return right.relu_sum(knots, values)


# ---------------------------------------------------------------- train_views


def _fit(past, today):
    """Least squares of today on the columns of past, with a bias."""
    theta = np.linalg.lstsq(_with_ones(past), today, rcond=None)[0]
    return theta[:-1], float(theta[-1])


def _past(series, lag, first=1):
    """Column k holds the value first + k days before each of the days lag … T−1."""
    T = len(series)
    return np.stack([series[lag - j : T - j] for j in range(first, first + lag)], axis=1)


@mistake(
    "train_views",
    en="Do you know today's views when you predict them?",
    zh="预测当天的观看次数时，你已经知道当天的数了吗？",
)
def today_among_the_features(series, lag):
    return _fit(_past(series, lag, first=0), series[lag:])


@mistake(
    "train_views",
    en="Which day does w[0] weigh: yesterday or the oldest one?",
    zh="w[0] 乘的是昨天，还是最早的那一天？",
)
def oldest_day_first(series, lag):
    w, b = right.train_views(series, lag)
    return w[::-1], b


@mistake(
    "train_views",
    en="On how much of the series do you fit?",
    zh="你用了序列的多大一部分来拟合？",
)
def fitted_on_the_last_quarter(series, lag):
    return right.train_views(series[-(len(series) // 4) :], lag)


@mistake(
    "train_views",
    en="Is the target the day right after the last one that the model sees?",
    zh="目标是模型所见的最后一天的下一天吗？",
)
def target_one_day_late(series, lag):
    return _fit(_past(series, lag)[:-1], series[lag + 1 :])


@mistake(
    "train_views",
    en="What does your model predict for days without any views before them?",
    zh="如果前几天的观看次数都是 0，模型会预测多少？",
)
def views_without_bias(series, lag):
    w = np.linalg.lstsq(_past(series, lag), series[lag:], rcond=None)[0]
    return w, 0.0


@mistake(
    "train_views",
    en="Which days come before the first day of the series?",
    zh="序列第一天之前的那几天是哪些天？",
)
def start_filled_with_the_end(series, lag):
    return _fit(np.stack([np.roll(series, j) for j in range(1, lag + 1)], axis=1), series)


@mistake(
    "train_views",
    en="Does the forecast depend on the days before, or is it the same each day?",
    zh="预测值会随前几天变化，还是每天都一样？",
)
def mean_of_the_series(series, lag):
    return np.zeros(lag), float(np.mean(series))


@mistake(
    "train_views",
    en="If you centred the series, how do you get the bias back?",
    zh="如果对序列做了中心化，怎样还原偏置？",
)
def bias_of_centred_series(series, lag):
    return right.train_views(series - series.mean(), lag)
