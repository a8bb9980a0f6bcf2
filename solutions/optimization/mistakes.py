"""Wrong answers that people really write, each with the question that helps.

Left out because they are right: Nesterov with the old velocity is plain momentum (w + μv − lr·g),
so it is `nesterov_ignored`; `step <= warmup` in the schedule, since both branches give 1 there.
Left out because only a comparison of trained weights would show them: a γ that stays 1 (the next
layer's weights learn its part), and training with batch normalisation where it was not asked for
(used without it, that network knows nothing either, as it should).
"""

import numpy as np

from autograder.bank import mistake

from . import solution as right

# O1 critical points


@mistake(
    "critical_points",
    replaces="critical_point",
    en="Two negative curvatures multiply to a positive number: does the determinant show them?",
    zh="两个负曲率相乘得正：行列式能看出它们吗？",
)
def critical_point_from_determinant(H, tol=1e-8):
    determinant = np.linalg.det((H + H.T) / 2)
    if abs(determinant) <= tol:
        return "degenerate"
    if determinant < 0:
        return "saddle"
    return "min" if np.trace(H) > 0 else "max"


@mistake(
    "critical_points",
    replaces="critical_point",
    en="The loss can fall between two axes along which it rises: what does the diagonal miss?",
    zh="损失沿两条坐标轴都上升，却可能沿它们之间的方向下降：只看对角线漏掉了什么？",
)
def critical_point_from_diagonal(H, tol=1e-8):
    up, down = np.diag(H) > tol, np.diag(H) < -tol
    if up.any() and down.any():
        return "saddle"
    if up.all():
        return "min"
    return "max" if down.all() else "degenerate"


@mistake(
    "critical_points",
    replaces="critical_point",
    en="If every curvature is positive, does the loss rise or fall around the point?",
    zh="如果所有方向的曲率都为正，该点周围的损失是上升还是下降？",
)
def critical_point_min_and_max_swapped(H, tol=1e-8):
    kind = right.critical_point(H, tol)
    return {"min": "max", "max": "min"}.get(kind, kind)


@mistake(
    "critical_points",
    replaces="critical_point",
    en="One direction rises, one falls, one is flat: is there any doubt about the kind?",
    zh="一个方向上升、一个方向下降、一个方向平坦：类型还有疑问吗？",
)
def critical_point_degenerate_before_saddle(H, tol=1e-8):
    eigenvalues = np.linalg.eigvalsh((H + H.T) / 2)
    if (abs(eigenvalues) <= tol).any():
        return "degenerate"
    return right.critical_point(H, tol)


@mistake(
    "critical_points",
    replaces="critical_point",
    en="How small may an eigenvalue be before it counts as zero? Who decides?",
    zh="特征值小到什么程度算零？由谁决定？",
)
def critical_point_ignores_tol(H, tol=1e-8):
    return right.critical_point(H, 0.0)


@mistake(
    "critical_points",
    replaces="critical_point",
    en="Is tol measured against 0, or against the largest eigenvalue?",
    zh="tol 是绝对的，还是相对于最大特征值的？",
)
def critical_point_relative_tol(H, tol=1e-8):
    return right.critical_point(H, tol * abs(np.linalg.eigvalsh((H + H.T) / 2)).max())


@mistake(
    "critical_points",
    replaces="critical_point",
    en="eigvalsh reads one triangle only: which part of H does the loss see when H is not symmetric?",
    zh="eigvalsh 只读取一个三角：H 不对称时，损失看到的是 H 的哪一部分？",
)
def critical_point_one_triangle(H, tol=1e-8):
    return right.critical_point(np.tril(H) + np.tril(H, -1).T, tol)


@mistake(
    "critical_points",
    replaces="critical_point",
    en="vᵀHv is the curvature along v: are the eigenvalues of H itself its extremes if H ≠ Hᵀ?",
    zh="vᵀHv 是沿 v 的曲率：当 H ≠ Hᵀ 时，H 本身的特征值是它的极值吗？",
)
def critical_point_unsymmetrised(H, tol=1e-8):
    return right.critical_point(np.diag(np.linalg.eigvals(H).real), tol)


@mistake(
    "critical_points",
    replaces="critical_point",
    en="Is H + Hᵀ the symmetric part of H, or twice that? What does tol measure?",
    zh="H + Hᵀ 是 H 的对称部分，还是它的两倍？tol 衡量的是什么？",
)
def critical_point_of_sum_without_half(H, tol=1e-8):
    return right.critical_point(H + H.T, tol)


@mistake(
    "critical_points",
    replaces="critical_point",
    en="Along a direction of zero curvature the loss may still fall: is a flat valley surely a minimum?",
    zh="沿零曲率方向损失仍可能下降：平坦的谷底一定是极小值吗？",
)
def critical_point_flat_counts_as_min(H, tol=1e-8):
    eigenvalues = np.linalg.eigvalsh((H + H.T) / 2)
    if (eigenvalues >= -tol).all():
        return "min"
    return "max" if (eigenvalues <= tol).all() else "saddle"


@mistake(
    "critical_points",
    replaces="critical_point",
    en="Singular values are never negative: can they tell up from down?",
    zh="奇异值从不为负：它们能区分上升和下降吗？",
)
def critical_point_from_singular_values(H, tol=1e-8):
    return right.critical_point(np.diag(np.linalg.svd((H + H.T) / 2)[1]), tol)


@mistake(
    "critical_points",
    replaces="escape_direction",
    en="Are the eigenvectors that eigh gives its rows or its columns?",
    zh="eigh 给出的特征向量是行还是列？",
)
def escape_row_of_eigenvectors(H):
    right.escape_direction(H)
    return np.linalg.eigh((H + H.T) / 2)[1][0]


@mistake(
    "critical_points",
    replaces="escape_direction",
    en="Along which eigenvector does the loss fall: the one of the highest or of the lowest eigenvalue?",
    zh="损失沿哪个特征向量下降：最大特征值的，还是最小特征值的？",
)
def escape_highest_eigenvalue(H):
    right.escape_direction(H)
    return np.linalg.eigh((H + H.T) / 2)[1][:, -1]


@mistake(
    "critical_points",
    replaces="escape_direction",
    en="The strongest curvature may point upwards: does the sign of the eigenvalue matter?",
    zh="最强的曲率可能是向上的：特征值的符号重要吗？",
)
def escape_strongest_curvature(H):
    right.escape_direction(H)
    eigenvalues, eigenvectors = np.linalg.eigh((H + H.T) / 2)
    return eigenvectors[:, abs(eigenvalues).argmax()]


@mistake(
    "critical_points",
    replaces="escape_direction",
    en="Where the curvature is nearly zero the loss hardly changes: which eigenvalue falls fastest?",
    zh="曲率接近零的方向损失几乎不变：哪个特征值下降最快？",
)
def escape_weakest_curvature(H):
    right.escape_direction(H)
    eigenvalues, eigenvectors = np.linalg.eigh((H + H.T) / 2)
    return eigenvectors[:, abs(eigenvalues).argmin()]


@mistake(
    "critical_points",
    replaces="escape_direction",
    en="Several directions lead down: did you take the steepest of them?",
    zh="有好几个方向都向下：取的是最陡的那个吗？",
)
def escape_gentlest_descent(H):
    right.escape_direction(H)
    eigenvalues, eigenvectors = np.linalg.eigh((H + H.T) / 2)
    return eigenvectors[:, (eigenvalues < 0).sum() - 1]


@mistake(
    "critical_points",
    replaces="escape_direction",
    en="In what order does np.linalg.eig give the eigenvalues?",
    zh="np.linalg.eig 给出的特征值是排好序的吗？",
)
def escape_first_of_unsorted(H):
    right.escape_direction(H)
    return np.linalg.eig((H + H.T) / 2)[1][:, 0]


@mistake(
    "critical_points",
    replaces="escape_direction",
    en="How long is the direction that you return?",
    zh="返回的方向向量长度是多少？",
)
def escape_not_unit(H):
    return right.escape_direction(H) * np.linalg.eigvalsh((H + H.T) / 2)[0]


@mistake(
    "critical_points",
    replaces="escape_direction",
    en="Must the steepest way down run along one of the axes?",
    zh="下降最快的方向一定沿着某条坐标轴吗？",
)
def escape_along_an_axis(H):
    right.escape_direction(H)
    return np.eye(len(H))[np.diag(H).argmin()]


@mistake(
    "critical_points",
    replaces="escape_direction",
    en="eigh reads one triangle only: what if H is not exactly symmetric?",
    zh="eigh 只读取一个三角：如果 H 不完全对称呢？",
)
def escape_one_triangle(H):
    right.escape_direction(H)
    return np.linalg.eigh(H)[1][:, 0]


@mistake(
    "critical_points",
    replaces="escape_direction",
    en="At a minimum, where should the direction lead?",
    zh="在极小值点，还有向下的方向可走吗？",
)
def escape_from_a_minimum(H):
    return np.linalg.eigh((H + H.T) / 2)[1][:, 0]


# O2 momentum


@mistake(
    "momentum_step",
    en="Does the gradient push the velocity uphill or downhill?",
    zh="梯度把速度推向上坡还是下坡？",
)
def momentum_climbs(w, g, v, lr, mu=0.9, nesterov=False):
    v = mu * v + lr * g
    return w + (mu * v + lr * g if nesterov else v), v


@mistake(
    "momentum_step",
    en="The velocity is the last movement of w: does yours point the way that w moves?",
    zh="速度就是 w 上一次的位移：你的速度与 w 的移动方向一致吗？",
)
def momentum_velocity_reversed(w, g, v, lr, mu=0.9, nesterov=False):
    v = mu * v + lr * g
    return w - (mu * v + lr * g if nesterov else v), v


@mistake(
    "momentum_step",
    en="Is the velocity here a sum of gradients, or an average with weights μ and 1 − μ?",
    zh="这里的速度是梯度的累加，还是权重为 μ 和 1 − μ 的加权平均？",
)
def momentum_averages(w, g, v, lr, mu=0.9, nesterov=False):
    return right.momentum_step(w, (1 - mu) * g, v, lr, mu, nesterov)


@mistake(
    "momentum_step",
    en="If lr changes, do the old steps change with it? Is lr inside the velocity or outside?",
    zh="学习率改变时，过去的位移也跟着变吗？lr 在速度里面还是外面？",
)
def momentum_rate_outside(w, g, v, lr, mu=0.9, nesterov=False):
    v = mu * v - g
    return w + lr * (mu * v - g if nesterov else v), v


@mistake(
    "momentum_step",
    en="This is the form that torch uses: what does the velocity mean there, and what here?",
    zh="这是 torch 采用的写法：速度在那里和在这里的含义分别是什么？",
)
def momentum_torch_form(w, g, v, lr, mu=0.9, nesterov=False):
    v = mu * v + g
    return w - lr * (mu * v + g if nesterov else v), v


@mistake(
    "momentum_step",
    en="Which of the two terms of the velocity does lr multiply?",
    zh="速度的两项中，lr 乘的是哪一项？",
)
def momentum_rate_scales_velocity(w, g, v, lr, mu=0.9, nesterov=False):
    return right.momentum_step(w, g, lr * v, lr, mu, nesterov)


@mistake(
    "momentum_step",
    en="Which velocity moves w: the one before this step's gradient, or the one after?",
    zh="移动 w 用的是更新前的速度，还是更新后的速度？",
)
def momentum_moves_by_old_velocity(w, g, v, lr, mu=0.9, nesterov=False):
    new = mu * v - lr * g
    return w + (mu * new - lr * g if nesterov else v), new


@mistake(
    "momentum_step",
    en="What is left of the velocity that the step came with?",
    zh="传入的速度在这一步里还剩下多少？",
)
def momentum_forgotten(w, g, v, lr, mu=0.9, nesterov=False):
    return right.momentum_step(w, g, 0 * v, lr, mu, nesterov)


@mistake(
    "momentum_step",
    en="Is mu an argument, or a number that you know by heart?",
    zh="mu 是传入的参数，还是写死的常数？",
)
def momentum_fixed_mu(w, g, v, lr, mu=0.9, nesterov=False):
    return right.momentum_step(w, g, v, lr, 0.9, nesterov)


@mistake(
    "momentum_step",
    en="The gradient is already in the velocity: how often does it move w?",
    zh="速度里已经包含梯度：梯度推动了 w 几次？",
)
def momentum_gradient_twice(w, g, v, lr, mu=0.9, nesterov=False):
    moved, v = right.momentum_step(w, g, v, lr, mu, nesterov)
    return moved - lr * g, v


@mistake(
    "momentum_step",
    en="In which order are w and v returned?",
    zh="w 和 v 的返回顺序是什么？",
)
def momentum_returns_velocity_first(w, g, v, lr, mu=0.9, nesterov=False):
    return right.momentum_step(w, g, v, lr, mu, nesterov)[::-1]


@mistake(
    "momentum_step",
    en="After the call, do the caller's w and v still hold what they held before?",
    zh="调用之后，调用者手里的 w 和 v 还是原来的值吗？",
)
def momentum_in_place(w, g, v, lr, mu=0.9, nesterov=False):
    moved, new = right.momentum_step(w, g, v, lr, mu, nesterov)
    if isinstance(w, np.ndarray):
        w[...], v[...] = moved, new
        return w, v
    return moved, new


@mistake(
    "momentum_step",
    en="With nesterov=True, where does the step differ from plain momentum?",
    zh="nesterov=True 时，这一步与普通动量有何不同？",
)
def nesterov_ignored(w, g, v, lr, mu=0.9, nesterov=False):
    return right.momentum_step(w, g, v, lr, mu)


@mistake(
    "momentum_step",
    en="Does Nesterov look ahead along the velocity, or back against it?",
    zh="Nesterov 是沿速度向前看，还是逆着速度向后看？",
)
def nesterov_looks_back(w, g, v, lr, mu=0.9, nesterov=False):
    v = mu * v - lr * g
    return w + (-mu * v - lr * g if nesterov else v), v


@mistake(
    "momentum_step",
    en="In Nesterov's step, is the gradient's own share there beside the look-ahead?",
    zh="Nesterov 的一步里，除了前瞻项，梯度自身那一项还在吗？",
)
def nesterov_without_gradient(w, g, v, lr, mu=0.9, nesterov=False):
    v = mu * v - lr * g
    return w + (mu * v if nesterov else v), v


@mistake(
    "momentum_step",
    en="Does the look-ahead take the place of the step, or come on top of it?",
    zh="前瞻的一步是代替原来的一步，还是叠加在它上面？",
)
def nesterov_on_top(w, g, v, lr, mu=0.9, nesterov=False):
    v = mu * v - lr * g
    return w + v + (mu * v - lr * g if nesterov else 0), v


@mistake(
    "momentum_step",
    en="Which velocity goes into the next step: v', or the look-ahead?",
    zh="传给下一步的是 v'，还是前瞻的位移？",
)
def nesterov_keeps_look_ahead(w, g, v, lr, mu=0.9, nesterov=False):
    moved, new = right.momentum_step(w, g, v, lr, mu, nesterov)
    return moved, (mu * new - lr * g if nesterov else new)


# O3 adaptive rates


@mistake(
    "adaptive_rates",
    replaces="adagrad_step",
    en="If all gradients were ten times larger, should AdaGrad's steps shrink? Is the root there?",
    zh="如果所有梯度放大十倍，AdaGrad 的步长应该变小吗？开平方了吗？",
)
def adagrad_no_root(w, g, s, lr, eps=1e-8):
    s = s + g**2
    return w - lr * g / (s + eps), s


@mistake(
    "adaptive_rates",
    replaces="adagrad_step",
    en="Is eps inside the root or outside it? Which is larger for a tiny gradient?",
    zh="eps 在根号里面还是外面？梯度很小时哪个更大？",
)
def adagrad_eps_inside_root(w, g, s, lr, eps=1e-8):
    s = s + g**2
    return w - lr * g / np.sqrt(s + eps), s


@mistake(
    "adaptive_rates",
    replaces="adagrad_step",
    en="What is summed: the gradients, or their squares?",
    zh="累加的是梯度，还是梯度的平方？",
)
def adagrad_not_squared(w, g, s, lr, eps=1e-8):
    s = s + g
    with np.errstate(invalid="ignore"):
        return w - lr * g / (np.sqrt(s) + eps), s


@mistake(
    "adaptive_rates",
    replaces="adagrad_step",
    en="Has each parameter a rate of its own, or do all share one?",
    zh="每个参数有自己的学习率，还是所有参数共用一个？",
)
def adagrad_one_rate_for_all(w, g, s, lr, eps=1e-8):
    s = s + g**2
    return w - lr * g / (np.sqrt(np.sum(s)) + eps), s


@mistake(
    "adaptive_rates",
    replaces="adagrad_step",
    en="What does the next step know of this gradient? Which s do you return?",
    zh="下一步还知道这次的梯度吗？返回的是哪个 s？",
)
def adagrad_state_not_returned(w, g, s, lr, eps=1e-8):
    return right.adagrad_step(w, g, s, lr, eps)[0], s


@mistake(
    "adaptive_rates",
    replaces="adagrad_step",
    en="Does this step's own gradient already count in its rate?",
    zh="当前这一步的梯度是否已经计入它自己的学习率？",
)
def adagrad_old_state_in_step(w, g, s, lr, eps=1e-8):
    return w - lr * g / (np.sqrt(s) + eps), s + g**2


@mistake(
    "adaptive_rates",
    replaces="adagrad_step",
    en="What happens to a parameter whose gradient has always been zero?",
    zh="如果某个参数的梯度一直是零，会发生什么？",
)
def adagrad_no_eps(w, g, s, lr, eps=1e-8):
    s = s + g**2
    with np.errstate(invalid="ignore", divide="ignore"):
        return w - lr * g / np.sqrt(s), s


@mistake(
    "adaptive_rates",
    replaces="adagrad_step",
    en="Is eps an argument, or a number that you know by heart?",
    zh="eps 是传入的参数，还是写死的常数？",
)
def adagrad_fixed_eps(w, g, s, lr, eps=1e-8):
    return right.adagrad_step(w, g, s, lr, 1e-8)


@mistake(
    "adaptive_rates",
    replaces="adagrad_step",
    en="Does the state hold the sum of squares, or its root?",
    zh="状态里存的是平方和，还是它的平方根？",
)
def adagrad_state_is_root(w, g, s, lr, eps=1e-8):
    moved, s = right.adagrad_step(w, g, s, lr, eps)
    return moved, np.sqrt(s)


@mistake(
    "adaptive_rates",
    replaces="adagrad_step",
    en="Does AdaGrad ever forget an old gradient?",
    zh="AdaGrad 会遗忘旧的梯度吗？",
)
def adagrad_forgets(w, g, s, lr, eps=1e-8):
    return right.rmsprop_step(w, g, s, lr, 0.9, eps)


@mistake(
    "adaptive_rates",
    replaces="adagrad_step",
    en="Where do the gradients of the earlier steps come in?",
    zh="之前各步的梯度体现在哪里？",
)
def adagrad_last_gradient_only(w, g, s, lr, eps=1e-8):
    return right.adagrad_step(w, g, 0 * s, lr, eps)


@mistake(
    "adaptive_rates",
    replaces="adagrad_step",
    en="Does the step go with the gradient, or against it?",
    zh="更新是顺着梯度，还是逆着梯度？",
)
def adagrad_climbs(w, g, s, lr, eps=1e-8):
    return right.adagrad_step(w, g, s, -lr, eps)


@mistake(
    "adaptive_rates",
    replaces="rmsprop_step",
    en="If all gradients were ten times larger, should the steps shrink? Is the root there?",
    zh="如果所有梯度放大十倍，步长应该变小吗？开平方了吗？",
)
def rmsprop_no_root(w, g, s, lr, rho=0.9, eps=1e-8):
    s = rho * s + (1 - rho) * g**2
    return w - lr * g / (s + eps), s


@mistake(
    "adaptive_rates",
    replaces="rmsprop_step",
    en="Is eps inside the root or outside it in RMSProp? Which is larger for a tiny gradient?",
    zh="RMSProp 里 eps 在根号里面还是外面？梯度很小时哪个更大？",
)
def rmsprop_eps_inside_root(w, g, s, lr, rho=0.9, eps=1e-8):
    s = rho * s + (1 - rho) * g**2
    return w - lr * g / np.sqrt(s + eps), s


@mistake(
    "adaptive_rates",
    replaces="rmsprop_step",
    en="Which of the two is weighted with rho: the old average or the new g²?",
    zh="rho 是旧平均值的权重，还是新的 g² 的权重？",
)
def rmsprop_weights_swapped(w, g, s, lr, rho=0.9, eps=1e-8):
    return right.rmsprop_step(w, g, s, lr, 1 - rho, eps)


@mistake(
    "adaptive_rates",
    replaces="rmsprop_step",
    en="What is averaged: the gradients, or their squares?",
    zh="取平均的是梯度，还是梯度的平方？",
)
def rmsprop_not_squared(w, g, s, lr, rho=0.9, eps=1e-8):
    s = rho * s + (1 - rho) * g
    with np.errstate(invalid="ignore"):
        return w - lr * g / (np.sqrt(s) + eps), s


@mistake(
    "adaptive_rates",
    replaces="rmsprop_step",
    en="In RMSProp, has each parameter a rate of its own, or do all share one?",
    zh="RMSProp 中每个参数有自己的学习率，还是所有参数共用一个？",
)
def rmsprop_one_rate_for_all(w, g, s, lr, rho=0.9, eps=1e-8):
    s = rho * s + (1 - rho) * g**2
    return w - lr * g / (np.sqrt(np.mean(s)) + eps), s


@mistake(
    "adaptive_rates",
    replaces="rmsprop_step",
    en="What does the next step know of this gradient? Which average do you return?",
    zh="下一步还知道这次的梯度吗？返回的是哪个平均值？",
)
def rmsprop_state_not_returned(w, g, s, lr, rho=0.9, eps=1e-8):
    return right.rmsprop_step(w, g, s, lr, rho, eps)[0], s


@mistake(
    "adaptive_rates",
    replaces="rmsprop_step",
    en="Does this step's own gradient already count in the average that divides it?",
    zh="作为除数的平均值里，是否已经包含当前这一步的梯度？",
)
def rmsprop_old_state_in_step(w, g, s, lr, rho=0.9, eps=1e-8):
    return w - lr * g / (np.sqrt(s) + eps), rho * s + (1 - rho) * g**2


@mistake(
    "adaptive_rates",
    replaces="rmsprop_step",
    en="Do the weights of old and new add up to 1?",
    zh="新旧两项的权重之和等于 1 吗？",
)
def rmsprop_new_unweighted(w, g, s, lr, rho=0.9, eps=1e-8):
    return right.adagrad_step(w, g, rho * s, lr, eps)


@mistake(
    "adaptive_rates",
    replaces="rmsprop_step",
    en="What does RMSProp do with old squared gradients that AdaGrad does not?",
    zh="对旧的梯度平方，RMSProp 做了什么 AdaGrad 没做的事？",
)
def rmsprop_never_forgets(w, g, s, lr, rho=0.9, eps=1e-8):
    return right.adagrad_step(w, g, s, lr, eps)


@mistake(
    "adaptive_rates",
    replaces="rmsprop_step",
    en="Does the state hold the average of the squares, or its root?",
    zh="状态里存的是平方的平均，还是它的平方根？",
)
def rmsprop_state_is_root(w, g, s, lr, rho=0.9, eps=1e-8):
    moved, s = right.rmsprop_step(w, g, s, lr, rho, eps)
    return moved, np.sqrt(s)


@mistake(
    "adaptive_rates",
    replaces="rmsprop_step",
    en="What happens when the average itself is zero?",
    zh="如果平均值本身就是零，会发生什么？",
)
def rmsprop_no_eps(w, g, s, lr, rho=0.9, eps=1e-8):
    s = rho * s + (1 - rho) * g**2
    with np.errstate(invalid="ignore", divide="ignore"):
        return w - lr * g / np.sqrt(s), s


@mistake(
    "adaptive_rates",
    replaces="rmsprop_step",
    en="Are rho and eps arguments, or numbers that you know by heart?",
    zh="rho 和 eps 是传入的参数，还是写死的常数？",
)
def rmsprop_fixed_numbers(w, g, s, lr, rho=0.9, eps=1e-8):
    return right.rmsprop_step(w, g, s, lr)


# O4 Adam


def _adam(w, g, state, lr, b1, b2, eps, correct_m=True, correct_v=True):
    m, v, t = state
    m, v, t = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g**2, t + 1
    m_hat = m / (1 - b1**t) if correct_m else m
    v_hat = v / (1 - b2**t) if correct_v else v
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), (m, v, t)


@mistake(
    "adam",
    replaces="adam_step",
    en="Both averages start at zero: what does that do to the first steps?",
    zh="两个平均都从零开始：这对最初几步有什么影响？",
)
def adam_no_bias_correction(w, g, state, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8):
    return _adam(w, g, state, lr, b1, b2, eps, correct_m=False, correct_v=False)


@mistake(
    "adam",
    replaces="adam_step",
    en="The average of g starts at zero too: is it corrected?",
    zh="g 的平均也从零开始：它修正了吗？",
)
def adam_m_not_corrected(w, g, state, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8):
    return _adam(w, g, state, lr, b1, b2, eps, correct_m=False)


@mistake(
    "adam",
    replaces="adam_step",
    en="The average of g² starts at zero too: is it corrected?",
    zh="g² 的平均也从零开始：它修正了吗？",
)
def adam_v_not_corrected(w, g, state, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8):
    return _adam(w, g, state, lr, b1, b2, eps, correct_v=False)


@mistake(
    "adam",
    replaces="adam_step",
    en="In the first step, is t 0 or 1? What is 1 − β⁰?",
    zh="第一步的 t 是 0 还是 1？1 − β⁰ 等于多少？",
)
def adam_t_from_zero(w, g, state, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8):
    m, v, t = state
    m, v = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g**2
    with np.errstate(invalid="ignore", divide="ignore"):
        m_hat, v_hat = np.divide(m, 1 - b1**t), np.divide(v, 1 - b2**t)
        return w - lr * m_hat / (np.sqrt(v_hat) + eps), (m, v, t + 1)


@mistake(
    "adam",
    replaces="adam_step",
    en="How far does t advance in one step?",
    zh="走一步，t 增加多少？",
)
def adam_t_counted_twice(w, g, state, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8):
    m, v, t = state
    moved, (m, v, t) = right.adam_step(w, g, (m, v, t + 1), lr, b1, b2, eps)
    return moved, (m, v, t)


@mistake(
    "adam",
    replaces="adam_step",
    en="Do both corrections use the same t?",
    zh="两个修正用的是同一个 t 吗？",
)
def adam_t_counted_for_each_moment(w, g, state, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8):
    m, v, t = state
    m, v = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g**2
    m_hat, v_hat = m / (1 - b1 ** (t + 1)), v / (1 - b2 ** (t + 2))
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), (m, v, t + 2)


@mistake(
    "adam",
    replaces="adam_step",
    en="Which t does the next step get?",
    zh="下一步拿到的 t 是多少？",
)
def adam_t_stands_still(w, g, state, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8):
    moved, (m, v, _) = right.adam_step(w, g, state, lr, b1, b2, eps)
    return moved, (m, v, state[2])


@mistake(
    "adam",
    replaces="adam_step",
    en="In the correction, how does t enter: as a power or as a factor?",
    zh="修正项里 t 是幂次，还是因子？",
)
def adam_t_as_factor(w, g, state, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8):
    m, v, t = state
    m, v, t = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g**2, t + 1
    with np.errstate(invalid="ignore", divide="ignore"):
        m_hat, v_hat = np.divide(m, 1 - b1 * t), np.divide(v, 1 - b2 * t)
        return w - lr * m_hat / (np.sqrt(v_hat) + eps), (m, v, t)


@mistake(
    "adam",
    replaces="adam_step",
    en="Should the correction fade as the steps go by? What becomes of β to the power t?",
    zh="随着步数增加，修正应该逐渐消失吗？β 的 t 次方会变成什么？",
)
def adam_correction_never_fades(w, g, state, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8):
    m, v, t = state
    m, v = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g**2
    return w - lr * m / (1 - b1) / (np.sqrt(v / (1 - b2)) + eps), (m, v, t + 1)


@mistake(
    "adam",
    replaces="adam_step",
    en="Which β corrects v?",
    zh="修正 v 用的是哪个 β？",
)
def adam_v_corrected_with_b1(w, g, state, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8):
    m, v, t = state
    m, v, t = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g**2, t + 1
    return w - lr * m / (1 - b1**t) / (np.sqrt(v / (1 - b1**t)) + eps), (m, v, t)


@mistake(
    "adam",
    replaces="adam_step",
    en="With a gradient of 1e-6, which is larger: v or eps? Is eps inside the root or outside it?",
    zh="梯度为 1e-6 时，v 和 eps 哪个大？eps 在根号里面还是外面？",
)
def adam_eps_inside_root(w, g, state, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8):
    _, (m, v, t) = right.adam_step(w, g, state, lr, b1, b2, eps)
    return w - lr * m / (1 - b1**t) / np.sqrt(v / (1 - b2**t) + eps), (m, v, t)


@mistake(
    "adam",
    replaces="adam_step",
    en="Is eps added to the root of the corrected v, or of v itself?",
    zh="eps 加在修正后的 v 的根上，还是 v 本身的根上？",
)
def adam_eps_before_correction(w, g, state, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8):
    _, (m, v, t) = right.adam_step(w, g, state, lr, b1, b2, eps)
    rate = lr * np.sqrt(1 - b2**t) / (1 - b1**t)
    return w - rate * m / (np.sqrt(v) + eps), (m, v, t)


@mistake(
    "adam",
    replaces="adam_step",
    en="Is eps an argument, or a number that you know by heart?",
    zh="eps 是传入的参数，还是写死的常数？",
)
def adam_fixed_eps(w, g, state, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8):
    return right.adam_step(w, g, state, lr, b1, b2)


@mistake(
    "adam",
    replaces="adam_step",
    en="Which β belongs to the average of g, and which to that of g²?",
    zh="哪个 β 属于 g 的平均，哪个属于 g² 的平均？",
)
def adam_betas_swapped(w, g, state, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8):
    return right.adam_step(w, g, state, lr, b2, b1, eps)


@mistake(
    "adam",
    replaces="adam_step",
    en="Only the first step looks like the sign of g: where do the averages come in?",
    zh="只有第一步看起来像 g 的符号：两个平均体现在哪里？",
)
def adam_sign_of_gradient(w, g, state, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8):
    return w - lr * np.sign(g), right.adam_step(w, g, state, lr, b1, b2, eps)[1]


@mistake(
    "adam",
    replaces="adam_step",
    en="Are the averages kept for the next step the corrected ones?",
    zh="留给下一步的平均值是修正后的吗？",
)
def adam_keeps_corrected_averages(w, g, state, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8):
    moved, (m, v, t) = right.adam_step(w, g, state, lr, b1, b2, eps)
    return moved, (m / (1 - b1**t), v / (1 - b2**t), t)


@mistake(
    "adam",
    replaces="adam_step",
    en="v averages g²: what has to be done before it divides g?",
    zh="v 是 g² 的平均：用它去除 g 之前要做什么？",
)
def adam_no_root(w, g, state, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8):
    _, (m, v, t) = right.adam_step(w, g, state, lr, b1, b2, eps)
    return w - lr * m / (1 - b1**t) / (v / (1 - b2**t) + eps), (m, v, t)


@mistake(
    "adam",
    replaces="adam_step",
    en="What does v average: g or g²?",
    zh="v 是 g 的平均，还是 g² 的平均？",
)
def adam_v_not_squared(w, g, state, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8):
    m, v, t = state
    m, v, t = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g, t + 1
    with np.errstate(invalid="ignore"):
        return w - lr * m / (1 - b1**t) / (np.sqrt(v / (1 - b2**t)) + eps), (m, v, t)


@mistake(
    "adam",
    replaces="adam_step",
    en="Whose square does v average: the gradient's or m's?",
    zh="v 平均的是梯度的平方，还是 m 的平方？",
)
def adam_v_from_m(w, g, state, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8):
    m, v, t = state
    m, t = b1 * m + (1 - b1) * g, t + 1
    v = b2 * v + (1 - b2) * m**2
    return w - lr * m / (1 - b1**t) / (np.sqrt(v / (1 - b2**t)) + eps), (m, v, t)


@mistake(
    "adam",
    replaces="adam_step",
    en="Has each parameter a v of its own in the step?",
    zh="更新时每个参数用的是自己的 v 吗？",
)
def adam_one_rate_for_all(w, g, state, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8):
    _, (m, v, t) = right.adam_step(w, g, state, lr, b1, b2, eps)
    return w - lr * m / (1 - b1**t) / (np.sqrt(np.mean(v) / (1 - b2**t)) + eps), (m, v, t)


@mistake(
    "adam",
    replaces="adam_step",
    en="Does the step go with the gradient, or against it?",
    zh="更新是顺着梯度，还是逆着梯度？",
)
def adam_climbs(w, g, state, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8):
    return right.adam_step(w, g, state, -lr, b1, b2, eps)


@mistake(
    "adam",
    replaces="adamw_step",
    en="Should Adam's averages see the decay? Is it part of the gradient here?",
    zh="Adam 的平均值应该看到衰减项吗？它在这里是梯度的一部分吗？",
)
def adamw_decay_in_gradient(w, g, state, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8, wd=0.01):
    return right.adam_step(w, g + wd * w, state, lr, b1, b2, eps)


@mistake(
    "adam",
    replaces="adamw_step",
    en="If lr is zero, should the weights still shrink?",
    zh="如果 lr 为零，权重还应该继续衰减吗？",
)
def adamw_decay_without_rate(w, g, state, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8, wd=0.01):
    moved, state = right.adam_step(w, g, state, lr, b1, b2, eps)
    return moved - wd * w, state


@mistake(
    "adam",
    replaces="adamw_step",
    en="What does wd do in your step?",
    zh="wd 在你的更新里起了什么作用？",
)
def adamw_no_decay(w, g, state, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8, wd=0.01):
    return right.adam_step(w, g, state, lr, b1, b2, eps)


@mistake(
    "adam",
    replaces="adamw_step",
    en="Which weights decay: those before the step, or those after it?",
    zh="衰减的是这一步之前的权重，还是之后的权重？",
)
def adamw_decays_moved_weights(w, g, state, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8, wd=0.01):
    moved, state = right.adam_step(w, g, state, lr, b1, b2, eps)
    return (1 - lr * wd) * moved, state


@mistake(
    "adam",
    replaces="adamw_step",
    en="Does the decay pull the weights towards zero, or away from it?",
    zh="衰减是把权重拉向零，还是推离零？",
)
def adamw_weights_grow(w, g, state, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8, wd=0.01):
    return right.adamw_step(w, g, state, lr, b1, b2, eps, -wd)


@mistake(
    "adam",
    replaces="adamw_step",
    en="Do weights with large gradients decay less in yours? Should the root of v divide the decay?",
    zh="你的实现里梯度大的权重衰减得更少吗？衰减项应该除以 v 的根吗？",
)
def adamw_adaptive_decay(w, g, state, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8, wd=0.01):
    moved, (m, v, t) = right.adam_step(w, g, state, lr, b1, b2, eps)
    return moved - lr * wd * w / (np.sqrt(v / (1 - b2**t)) + eps), (m, v, t)


@mistake(
    "adam",
    replaces="adamw_step",
    en="Is the decay wd·w, or the gradient of wd·‖w‖²?",
    zh="衰减项是 wd·w，还是 wd·‖w‖² 的梯度？",
)
def adamw_doubles_decay(w, g, state, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8, wd=0.01):
    return right.adamw_step(w, g, state, lr, b1, b2, eps, 2 * wd)


# O5 learning-rate schedule


def _decay(progress, kind):
    return {"constant": 1.0, "linear": 1 - progress, "cosine": (1 + np.cos(np.pi * progress)) / 2}[kind]


def _checked(kind):
    right.lr_schedule(0, 2, 0, kind)


@mistake(
    "lr_schedule",
    en="What is the factor at step 0, and at which step does it reach 1?",
    zh="第 0 步的系数是多少？到第几步系数达到 1？",
)
def warmup_one_step_ahead(step, total, warmup=0, kind="cosine"):
    _checked(kind)
    return (step + 1) / warmup if step < warmup else right.lr_schedule(step, total, warmup, kind)


@mistake(
    "lr_schedule",
    en="By how much does the factor rise in one step of the warm-up?",
    zh="预热阶段每一步系数上升多少？",
)
def warmup_in_smaller_steps(step, total, warmup=0, kind="cosine"):
    factor = right.lr_schedule(step, total, warmup, kind)
    return (step + 1) / (warmup + 1) if step < warmup else factor


@mistake(
    "lr_schedule",
    en="What does // do to step and warmup?",
    zh="// 对 step 和 warmup 做了什么？",
)
def warmup_integer_division(step, total, warmup=0, kind="cosine"):
    factor = right.lr_schedule(step, total, warmup, kind)
    return float(step // warmup) if step < warmup else factor


@mistake(
    "lr_schedule",
    en="What does // do to the progress of the decay?",
    zh="// 对衰减的进度做了什么？",
)
def decay_integer_division(step, total, warmup=0, kind="cosine"):
    if step < warmup:
        return right.lr_schedule(step, total, warmup, kind)
    return right.lr_schedule(total if step >= total else warmup, total, warmup, kind)


@mistake(
    "lr_schedule",
    en="Is there a warm-up at all in yours?",
    zh="你的调度里有预热吗？",
)
def warmup_ignored(step, total, warmup=0, kind="cosine"):
    return right.lr_schedule(max(step, warmup), total, warmup, kind)


@mistake(
    "lr_schedule",
    en="What is step / warmup when there is no warm-up?",
    zh="没有预热时，step / warmup 等于什么？",
)
def warmup_of_zero_divides(step, total, warmup=0, kind="cosine"):
    _checked(kind)
    rise = min(step / warmup, 1.0)
    return rise if rise < 1 else right.lr_schedule(step, total, warmup, kind)


@mistake(
    "lr_schedule",
    en="At which step does the decay begin? How many steps has it from there?",
    zh="衰减从哪一步开始？从那里起共有多少步？",
)
def decay_over_total(step, total, warmup=0, kind="cosine"):
    _checked(kind)
    return step / warmup if step < warmup else _decay(min(step / total, 1.0), kind)


@mistake(
    "lr_schedule",
    en="While the factor rises, should the decay pull it down at the same time?",
    zh="系数上升的同时，衰减应该把它往下拉吗？",
)
def warmup_times_decay(step, total, warmup=0, kind="cosine"):
    _checked(kind)
    return (step / warmup if step < warmup else 1.0) * _decay(min(step / total, 1.0), kind)


@mistake(
    "lr_schedule",
    en="At which step does your factor reach 0: at total, or a warm-up earlier?",
    zh="你的系数在哪一步降到 0：在 total，还是提前了一个预热的长度？",
)
def decay_ends_early(step, total, warmup=0, kind="cosine"):
    _checked(kind)
    if step < warmup:
        return step / warmup
    return _decay(min(step / (total - warmup), 1.0), kind)


@mistake(
    "lr_schedule",
    en="Is the factor already 0 one step before total?",
    zh="在 total 的前一步，系数已经是 0 了吗？",
)
def decay_one_step_short(step, total, warmup=0, kind="cosine"):
    if step < warmup or kind == "constant":
        return right.lr_schedule(step, total, warmup, kind)
    return right.lr_schedule(step, total - 1, warmup, kind)


@mistake(
    "lr_schedule",
    en="Is the factor still 1 at step warmup? Has the decay a step too many behind it?",
    zh="在第 warmup 步系数还是 1 吗？衰减是否多走了一步？",
)
def decay_one_step_ahead(step, total, warmup=0, kind="cosine"):
    return right.lr_schedule(step + (step >= warmup), total, warmup, kind)


@mistake(
    "lr_schedule",
    en="What does the factor do after step total?",
    zh="超过 total 之后，系数会怎样？",
)
def decay_does_not_stop(step, total, warmup=0, kind="cosine"):
    if step < warmup:
        return right.lr_schedule(step, total, warmup, kind)
    _checked(kind)
    return _decay((step - warmup) / (total - warmup), kind)


@mistake(
    "lr_schedule",
    en='Does "constant" end at step total?',
    zh='"constant" 在第 total 步会结束吗？',
)
def constant_ends(step, total, warmup=0, kind="cosine"):
    factor = right.lr_schedule(step, total, warmup, kind)
    return 0.0 if step >= total else factor


@mistake(
    "lr_schedule",
    en='Has "constant" a warm-up too?',
    zh='"constant" 也有预热吗？',
)
def constant_without_warmup(step, total, warmup=0, kind="cosine"):
    return 1.0 if kind == "constant" else right.lr_schedule(step, total, warmup, kind)


@mistake(
    "lr_schedule",
    en="How much of a period does the cosine run through, and where does it end?",
    zh="余弦走过多少个周期？终点在哪里？",
)
def cosine_quarter_period(step, total, warmup=0, kind="cosine"):
    factor = right.lr_schedule(step, total, warmup, kind)
    if kind != "cosine" or step < warmup:
        return factor
    return np.cos(np.pi / 2 * min((step - warmup) / (total - warmup), 1.0))


@mistake(
    "lr_schedule",
    en="What are the highest and the lowest value of 1 + cos?",
    zh="1 + cos 的最大值和最小值是多少？",
)
def cosine_not_halved(step, total, warmup=0, kind="cosine"):
    factor = right.lr_schedule(step, total, warmup, kind)
    return 2 * factor if kind == "cosine" and step >= warmup else factor


@mistake(
    "lr_schedule",
    en="Does your cosine start at the top or at the bottom?",
    zh="你的余弦从最高点开始，还是从最低点开始？",
)
def cosine_upside_down(step, total, warmup=0, kind="cosine"):
    factor = right.lr_schedule(step, total, warmup, kind)
    return 1 - factor if kind == "cosine" and step >= warmup else factor


@mistake(
    "lr_schedule",
    en="If somebody misspells the kind, how do they find out?",
    zh="如果有人把 kind 拼错了，他怎么知道？",
)
def unknown_kind_is_constant(step, total, warmup=0, kind="cosine"):
    known = kind in ("constant", "linear", "cosine")
    return right.lr_schedule(step, total, warmup, kind if known else "constant")


# O6 batch normalisation, forward


def _running(x, mean, var, momentum):
    return (
        (1 - momentum) * mean + momentum * x.mean(axis=0),
        (1 - momentum) * var + momentum * x.var(axis=0, ddof=1),
    )


@mistake(
    "batchnorm_forward",
    en="Does the variance that normalises the batch divide by N or by N − 1?",
    zh="用来归一化本批数据的方差，除以 N 还是 N − 1？",
)
def bn_unbiased_in_normalisation(x, gamma, beta, running_mean, running_var, momentum=0.1, eps=1e-5, train=True):
    _, (x_hat, std, gamma), *running = right.batchnorm_forward(
        x, gamma, beta, running_mean, running_var, momentum, eps, train
    )
    if train:
        std = np.sqrt(x.var(axis=0, ddof=1) + eps)
        x_hat = (x - x.mean(axis=0)) / std
    return gamma * x_hat + beta, (x_hat, std, gamma), *running


@mistake(
    "batchnorm_forward",
    en="The running variance estimates that of all data: does it divide by N or by N − 1?",
    zh="滑动方差估计的是整体数据的方差：除以 N 还是 N − 1？",
)
def bn_running_variance_biased(x, gamma, beta, running_mean, running_var, momentum=0.1, eps=1e-5, train=True):
    out, cache, mean, var = right.batchnorm_forward(x, gamma, beta, running_mean, running_var, momentum, eps, train)
    if train:
        var = (1 - momentum) * running_var + momentum * x.var(axis=0)
    return out, cache, mean, var


@mistake(
    "batchnorm_forward",
    en="Is momentum the weight of the old statistics or of the new batch?",
    zh="momentum 是旧统计量的权重，还是新一批的权重？",
)
def bn_momentum_swapped(x, gamma, beta, running_mean, running_var, momentum=0.1, eps=1e-5, train=True):
    return right.batchnorm_forward(x, gamma, beta, running_mean, running_var, 1 - momentum, eps, train)


@mistake(
    "batchnorm_forward",
    en="Is momentum an argument, or a number that you know by heart?",
    zh="momentum 是传入的参数，还是写死的常数？",
)
def bn_fixed_momentum(x, gamma, beta, running_mean, running_var, momentum=0.1, eps=1e-5, train=True):
    return right.batchnorm_forward(x, gamma, beta, running_mean, running_var, 0.1, eps, train)


@mistake(
    "batchnorm_forward",
    en="With train=False, whose mean and variance normalise x?",
    zh="train=False 时，用谁的均值和方差来归一化 x？",
)
def bn_eval_uses_batch(x, gamma, beta, running_mean, running_var, momentum=0.1, eps=1e-5, train=True):
    out, cache, mean, var = right.batchnorm_forward(x, gamma, beta, running_mean, running_var, momentum, eps, train)
    if not train:
        out = gamma * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps) + beta
    return out, cache, mean, var


@mistake(
    "batchnorm_forward",
    en="Should the running statistics move while the network is only being used?",
    zh="只是使用网络（推理）时，滑动统计量应该变化吗？",
)
def bn_eval_updates(x, gamma, beta, running_mean, running_var, momentum=0.1, eps=1e-5, train=True):
    out, cache, *running = right.batchnorm_forward(x, gamma, beta, running_mean, running_var, momentum, eps, train)
    if not train and len(x) > 1:
        running = _running(x, running_mean, running_var, momentum)
    return out, cache, *running


@mistake(
    "batchnorm_forward",
    en="In a column with a standard deviation of 0.003, is eps added to the variance or to its root?",
    zh="对标准差为 0.003 的一列，eps 加在方差上，还是加在它的根上？",
)
def bn_eps_outside_root(x, gamma, beta, running_mean, running_var, momentum=0.1, eps=1e-5, train=True):
    _, _, *running = right.batchnorm_forward(x, gamma, beta, running_mean, running_var, momentum, eps, train)
    mean, var = (x.mean(axis=0), x.var(axis=0)) if train else (running_mean, running_var)
    std = np.sqrt(var) + eps
    x_hat = (x - mean) / std
    return gamma * x_hat + beta, (x_hat, std, gamma), *running


@mistake(
    "batchnorm_forward",
    en="What happens to a column in which all examples are equal?",
    zh="如果某一列的所有样本都相等，会发生什么？",
)
def bn_train_without_eps(x, gamma, beta, running_mean, running_var, momentum=0.1, eps=1e-5, train=True):
    with np.errstate(invalid="ignore", divide="ignore"):
        return right.batchnorm_forward(
            x, gamma, beta, running_mean, running_var, momentum, 0.0 if train else eps, train
        )


@mistake(
    "batchnorm_forward",
    en="Is eps an argument, or a number that you know by heart?",
    zh="eps 是传入的参数，还是写死的常数？",
)
def bn_fixed_eps(x, gamma, beta, running_mean, running_var, momentum=0.1, eps=1e-5, train=True):
    return right.batchnorm_forward(x, gamma, beta, running_mean, running_var, momentum, 1e-5, train)


@mistake(
    "batchnorm_forward",
    en="Is the mean taken over the examples or over the features?",
    zh="均值是对样本取，还是对特征取？",
)
def bn_over_features(x, gamma, beta, running_mean, running_var, momentum=0.1, eps=1e-5, train=True):
    out, cache, *running = right.batchnorm_forward(x, gamma, beta, running_mean, running_var, momentum, eps, train)
    if train:
        std = np.sqrt(x.var(axis=1, keepdims=True) + eps)
        cache = ((x - x.mean(axis=1, keepdims=True)) / std, std, gamma)
        out = gamma * cache[0] + beta
    return out, cache, *running


@mistake(
    "batchnorm_forward",
    en="Has each feature a mean and a variance of its own?",
    zh="每个特征都有自己的均值和方差吗？",
)
def bn_over_everything(x, gamma, beta, running_mean, running_var, momentum=0.1, eps=1e-5, train=True):
    out, cache, *running = right.batchnorm_forward(x, gamma, beta, running_mean, running_var, momentum, eps, train)
    if train:
        std = np.full(x.shape[1], np.sqrt(x.var() + eps))
        cache = ((x - x.mean()) / std, std, gamma)
        out = gamma * cache[0] + beta
    return out, cache, *running


@mistake(
    "batchnorm_forward",
    en="After the call, do the caller's running statistics still hold what they held before?",
    zh="调用之后，调用者手里的滑动统计量还是原来的值吗？",
)
def bn_running_in_place(x, gamma, beta, running_mean, running_var, momentum=0.1, eps=1e-5, train=True):
    out, cache, mean, var = right.batchnorm_forward(x, gamma, beta, running_mean, running_var, momentum, eps, train)
    running_mean[...], running_var[...] = mean, var
    return out, cache, running_mean, running_var


@mistake(
    "batchnorm_forward",
    en="What is divided by: the variance, or the standard deviation?",
    zh="除以的是方差，还是标准差？",
)
def bn_divides_by_variance(x, gamma, beta, running_mean, running_var, momentum=0.1, eps=1e-5, train=True):
    _, (x_hat, std, gamma), *running = right.batchnorm_forward(
        x, gamma, beta, running_mean, running_var, momentum, eps, train
    )
    x_hat = x_hat / std
    return gamma * x_hat + beta, (x_hat, std, gamma), *running


@mistake(
    "batchnorm_forward",
    en="What mean has each feature after the normalisation?",
    zh="归一化之后，每个特征的均值是多少？",
)
def bn_not_centred(x, gamma, beta, running_mean, running_var, momentum=0.1, eps=1e-5, train=True):
    _, (_, std, gamma), *running = right.batchnorm_forward(
        x, gamma, beta, running_mean, running_var, momentum, eps, train
    )
    return gamma * x / std + beta, (x / std, std, gamma), *running


@mistake(
    "batchnorm_forward",
    en="Which of γ and β multiplies, and which is added?",
    zh="γ 和 β 哪个是乘，哪个是加？",
)
def bn_scale_and_shift_swapped(x, gamma, beta, running_mean, running_var, momentum=0.1, eps=1e-5, train=True):
    return right.batchnorm_forward(x, beta, gamma, running_mean, running_var, momentum, eps, train)


@mistake(
    "batchnorm_forward",
    en="Is β scaled by γ?",
    zh="β 会被 γ 缩放吗？",
)
def bn_shift_before_scale(x, gamma, beta, running_mean, running_var, momentum=0.1, eps=1e-5, train=True):
    return right.batchnorm_forward(x, gamma, gamma * beta, running_mean, running_var, momentum, eps, train)


@mistake(
    "batchnorm_forward",
    en="Where are γ and β when train=False?",
    zh="train=False 时，γ 和 β 在哪里？",
)
def bn_eval_without_scale(x, gamma, beta, running_mean, running_var, momentum=0.1, eps=1e-5, train=True):
    out, cache, *running = right.batchnorm_forward(x, gamma, beta, running_mean, running_var, momentum, eps, train)
    return out if train else cache[0], cache, *running


@mistake(
    "batchnorm_forward",
    en="Is eps also there when train=False?",
    zh="train=False 时也加 eps 了吗？",
)
def bn_eval_without_eps(x, gamma, beta, running_mean, running_var, momentum=0.1, eps=1e-5, train=True):
    return right.batchnorm_forward(x, gamma, beta, running_mean, running_var, momentum, eps if train else 0.0, train)


@mistake(
    "batchnorm_forward",
    en="In training, is the batch normalised with its own statistics or with the running ones?",
    zh="训练时，本批数据用自己的统计量归一化，还是用滑动统计量？",
)
def bn_train_uses_running(x, gamma, beta, running_mean, running_var, momentum=0.1, eps=1e-5, train=True):
    _, _, mean, var = right.batchnorm_forward(x, gamma, beta, running_mean, running_var, momentum, eps, train)
    return right.batchnorm_forward(x, gamma, beta, mean, var, momentum, eps, train=False)


@mistake(
    "batchnorm_forward",
    en="What do the running statistics remember of the earlier batches?",
    zh="滑动统计量还记得之前各批的信息吗？",
)
def bn_running_replaced(x, gamma, beta, running_mean, running_var, momentum=0.1, eps=1e-5, train=True):
    return right.batchnorm_forward(x, gamma, beta, running_mean, running_var, 1.0, eps, train)


@mistake(
    "batchnorm_forward",
    en="What do the running statistics learn from this batch?",
    zh="滑动统计量从这一批数据中学到了什么？",
)
def bn_running_stands_still(x, gamma, beta, running_mean, running_var, momentum=0.1, eps=1e-5, train=True):
    out, cache, *_ = right.batchnorm_forward(x, gamma, beta, running_mean, running_var, momentum, eps, train)
    return out, cache, running_mean, running_var


@mistake(
    "batchnorm_forward",
    en="Does the running variance average variances, or standard deviations?",
    zh="滑动方差平均的是方差，还是标准差？",
)
def bn_running_std(x, gamma, beta, running_mean, running_var, momentum=0.1, eps=1e-5, train=True):
    out, cache, mean, var = right.batchnorm_forward(x, gamma, beta, running_mean, running_var, momentum, eps, train)
    if train:
        var = (1 - momentum) * running_var + momentum * x.std(axis=0, ddof=1)
    return out, cache, mean, var


@mistake(
    "batchnorm_forward",
    en="Does eps go into the running variance too?",
    zh="eps 也要算进滑动方差里吗？",
)
def bn_running_variance_with_eps(x, gamma, beta, running_mean, running_var, momentum=0.1, eps=1e-5, train=True):
    out, cache, mean, var = right.batchnorm_forward(x, gamma, beta, running_mean, running_var, momentum, eps, train)
    return out, cache, mean, var + momentum * eps if train else var


@mistake(
    "batchnorm_forward",
    en="What variance has a batch of one example?",
    zh="只有一个样本的批次，方差是多少？",
)
def bn_trains_on_one_example(x, gamma, beta, running_mean, running_var, momentum=0.1, eps=1e-5, train=True):
    if train and len(x) == 1:
        zeros = 0 * x
        return zeros + beta, (zeros, np.sqrt(eps) + 0 * gamma, gamma), running_mean, running_var
    return right.batchnorm_forward(x, gamma, beta, running_mean, running_var, momentum, eps, train)


# O7 batch normalisation, backward


@mistake(
    "batchnorm_backward",
    en="Are the batch's mean and variance constants, or do they depend on x?",
    zh="本批的均值和方差是常数，还是依赖于 x？",
)
def bn_backward_constant_statistics(dout, cache):
    _, std, gamma = cache
    _, dgamma, dbeta = right.batchnorm_backward(dout, cache)
    return dout * gamma / std, dgamma, dbeta


@mistake(
    "batchnorm_backward",
    en="If x moves, the mean moves too: where is that path in dx?",
    zh="x 变化时均值也变化：dx 里这条路径在哪里？",
)
def bn_backward_no_mean_term(dout, cache):
    x_hat, std, gamma = cache
    _, dgamma, dbeta = right.batchnorm_backward(dout, cache)
    return gamma / std * (dout - x_hat * dgamma / len(dout)), dgamma, dbeta


@mistake(
    "batchnorm_backward",
    en="If x moves, the variance changes too: where is that path in dx?",
    zh="x 变化时方差也变化：dx 里这条路径在哪里？",
)
def bn_backward_no_variance_term(dout, cache):
    _, std, gamma = cache
    _, dgamma, dbeta = right.batchnorm_backward(dout, cache)
    return gamma / std * (dout - dbeta / len(dout)), dgamma, dbeta


@mistake(
    "batchnorm_backward",
    en="Does a growing variance make the normalised values larger or smaller? Which sign has that path?",
    zh="方差变大时，归一化后的值变大还是变小？这一项是什么符号？",
)
def bn_backward_variance_sign(dout, cache):
    x_hat, std, gamma = cache
    _, dgamma, dbeta = right.batchnorm_backward(dout, cache)
    centred = dout - dbeta / len(dout) + x_hat * dgamma / len(dout)
    return gamma / std * centred, dgamma, dbeta


@mistake(
    "batchnorm_backward",
    en="The variance path weighs each example by its own deviation: is x̂ there?",
    zh="经过方差的路径按各样本自己的偏差加权：x̂ 在吗？",
)
def bn_backward_variance_without_x_hat(dout, cache):
    _, std, gamma = cache
    _, dgamma, dbeta = right.batchnorm_backward(dout, cache)
    return gamma / std * (dout - (dbeta + dgamma) / len(dout)), dgamma, dbeta


@mistake(
    "batchnorm_backward",
    en="The forward pass divides the variance by N: does your backward pass?",
    zh="前向传播的方差除以 N：反向传播也是吗？",
)
def bn_backward_unbiased_variance(dout, cache):
    x_hat, std, gamma = cache
    _, dgamma, dbeta = right.batchnorm_backward(dout, cache)
    centred = dout - dbeta / len(dout) - x_hat * dgamma / (len(dout) - 1)
    return gamma / std * centred, dgamma, dbeta


@mistake(
    "batchnorm_backward",
    en="Mean and variance are averages: where is their 1/N in dx?",
    zh="均值和方差都是平均：dx 里它们的 1/N 在哪里？",
)
def bn_backward_sums_for_means(dout, cache):
    x_hat, std, gamma = cache
    _, dgamma, dbeta = right.batchnorm_backward(dout, cache)
    return gamma / std * (dout - dbeta - x_hat * dgamma), dgamma, dbeta


@mistake(
    "batchnorm_backward",
    en="The last thing that the forward pass does is multiply by γ: where is γ in dx?",
    zh="前向传播最后乘了 γ：dx 里的 γ 在哪里？",
)
def bn_backward_gamma_forgotten(dout, cache):
    dx, dgamma, dbeta = right.batchnorm_backward(dout, cache)
    return dx / cache[2], dgamma, dbeta


@mistake(
    "batchnorm_backward",
    en="How often does γ stand in dx?",
    zh="γ 在 dx 里出现了几次？",
)
def bn_backward_gamma_twice(dout, cache):
    dx, dgamma, dbeta = right.batchnorm_backward(dout, cache)
    return dx * cache[2], dgamma, dbeta


@mistake(
    "batchnorm_backward",
    en="Is dx divided by the standard deviation or by the variance?",
    zh="dx 除以的是标准差，还是方差？",
)
def bn_backward_divides_by_variance(dout, cache):
    dx, dgamma, dbeta = right.batchnorm_backward(dout, cache)
    return dx / cache[1], dgamma, dbeta


@mistake(
    "batchnorm_backward",
    en="Is eps in the standard deviation of the backward pass too?",
    zh="反向传播用的标准差里也有 eps 吗？",
)
def bn_backward_without_eps(dout, cache):
    dx, dgamma, dbeta = right.batchnorm_backward(dout, cache)
    return dx / cache[0].std(axis=0), dgamma, dbeta


@mistake(
    "batchnorm_backward",
    group="bn_dgamma_from_raw_x",
    en="What does γ multiply in the forward pass: x, or the normalised x?",
    zh="前向传播中 γ 乘的是 x，还是归一化后的 x？",
)
def bn_dgamma_from_raw_x(dout, cache):
    x, *cache = cache
    dx, _, dbeta = right.batchnorm_backward(dout, cache)
    return dx, (dout * x).sum(axis=0), dbeta


@mistake(
    "batchnorm_backward",
    replaces="batchnorm_forward",
    group="bn_dgamma_from_raw_x",
)
def bn_forward_that_keeps_x(x, gamma, beta, running_mean, running_var, momentum=0.1, eps=1e-5, train=True):
    out, cache, *running = right.batchnorm_forward(x, gamma, beta, running_mean, running_var, momentum, eps, train)
    return out, (x, *cache), *running


@mistake(
    "batchnorm_backward",
    en="What does γ multiply in the forward pass: the centred x, or the normalised x?",
    zh="前向传播中 γ 乘的是中心化的 x，还是归一化后的 x？",
)
def bn_dgamma_from_centred_x(dout, cache):
    dx, dgamma, dbeta = right.batchnorm_backward(dout, cache)
    return dx, dgamma * cache[1], dbeta


@mistake(
    "batchnorm_backward",
    en="Does the derivative with respect to γ contain γ itself?",
    zh="对 γ 求导的结果里还含有 γ 吗？",
)
def bn_dgamma_times_gamma(dout, cache):
    dx, dgamma, dbeta = right.batchnorm_backward(dout, cache)
    return dx, dgamma * cache[2], dbeta


@mistake(
    "batchnorm_backward",
    en="γ serves every example: are its gradients added up or averaged?",
    zh="γ 作用于每个样本：它的梯度是求和还是取平均？",
)
def bn_dgamma_averaged(dout, cache):
    dx, dgamma, dbeta = right.batchnorm_backward(dout, cache)
    return dx, dgamma / len(dout), dbeta


@mistake(
    "batchnorm_backward",
    en="β serves every example: are its gradients added up or averaged?",
    zh="β 作用于每个样本：它的梯度是求和还是取平均？",
)
def bn_dbeta_averaged(dout, cache):
    dx, dgamma, dbeta = right.batchnorm_backward(dout, cache)
    return dx, dgamma, dbeta / len(dout)


@mistake(
    "batchnorm_backward",
    en="γ has one entry per feature: how many has your dgamma?",
    zh="γ 每个特征一个值：你的 dgamma 有多少个值？",
)
def bn_dgamma_not_summed(dout, cache):
    dx, _, dbeta = right.batchnorm_backward(dout, cache)
    return dx, dout * cache[0], dbeta


@mistake(
    "batchnorm_backward",
    en="β has one entry per feature: how many has your dbeta?",
    zh="β 每个特征一个值：你的 dbeta 有多少个值？",
)
def bn_dbeta_not_summed(dout, cache):
    dx, dgamma, _ = right.batchnorm_backward(dout, cache)
    return dx, dgamma, 1.0 * dout


@mistake(
    "batchnorm_backward",
    en="In which order are dgamma and dbeta returned?",
    zh="dgamma 和 dbeta 的返回顺序是什么？",
)
def bn_dgamma_and_dbeta_swapped(dout, cache):
    dx, dgamma, dbeta = right.batchnorm_backward(dout, cache)
    return dx, dbeta, dgamma


# O8 a deep sigmoid network


def _deep(x, layers, hidden):
    """Forward pass with `hidden(z, layer) -> (a, cache, layer)` in each hidden layer."""
    a, caches, updated = x, [], []
    for layer in layers[:-1]:
        a_in, (a, cache, layer) = a, hidden(a @ layer["W"], layer)
        caches.append((a_in, layer["W"], cache, a))
        updated.append(layer)
    W, beta = layers[-1]["W"], layers[-1]["beta"]
    return a @ W + beta, [*caches, (a, W)], [*updated, layers[-1]]


def _normalise(z, layer, train):
    z, cache, mean, var = right.batchnorm_forward(
        z, layer["gamma"], layer["beta"], layer["mean"], layer["var"], train=train
    )
    return z, cache, {**layer, "mean": mean, "var": var}


@mistake(
    "train_deep",
    replaces="deep_forward",
    en="What does your network do when bn is False?",
    zh="bn 为 False 时，你的网络做了什么？",
)
def deep_always_normalises(x, layers, bn, train):
    return right.deep_forward(x, layers, True, train)


@mistake(
    "train_deep",
    replaces="deep_forward",
    en="What does your network do when bn is True?",
    zh="bn 为 True 时，你的网络做了什么？",
)
def deep_never_normalises(x, layers, bn, train):
    return right.deep_forward(x, layers, False, train)


@mistake(
    "train_deep",
    replaces="deep_forward",
    en="Is it the input of the sigmoid that must stay where the sigmoid is steep? What is normalised?",
    zh="需要留在 sigmoid 陡峭区间的是它的输入吗？归一化的是什么？",
)
def deep_normalises_after_sigmoid(x, layers, bn, train):
    def hidden(z, layer):
        if not bn:
            return right.sigmoid(z + layer["beta"]), None, layer
        return _normalise(right.sigmoid(z), layer, train)

    return _deep(x, layers, hidden)


@mistake(
    "train_deep",
    replaces="deep_forward",
    en="Does the batch normalisation learn that train is False?",
    zh="批量归一化知道 train 是 False 吗？",
)
def deep_always_in_training(x, layers, bn, train):
    logits, caches, updated = right.deep_forward(x, layers, bn, train=True)
    return logits, caches, updated if train else layers


@mistake(
    "train_deep",
    replaces="deep_forward",
    en="Where do the new running statistics go?",
    zh="新的滑动统计量去哪里了？",
)
def deep_drops_statistics(x, layers, bn, train):
    logits, caches, _ = right.deep_forward(x, layers, bn, train)
    return logits, caches, layers


@mistake(
    "train_deep",
    replaces="deep_forward",
    en="Are logits squeezed between 0 and 1?",
    zh="logits 会被压缩到 0 和 1 之间吗？",
)
def deep_sigmoid_on_logits(x, layers, bn, train):
    logits, caches, updated = right.deep_forward(x, layers, bn, train)
    return right.sigmoid(logits), caches, updated


@mistake(
    "train_deep",
    replaces="deep_forward",
    en="What bends between two layers? Are eight linear maps more than one?",
    zh="两层之间靠什么引入非线性？八个线性变换比一个强吗？",
)
def deep_without_sigmoid(x, layers, bn, train):
    def hidden(z, layer):
        return _normalise(z, layer, train) if bn else (z + layer["beta"], None, layer)

    return _deep(x, layers, hidden)


@mistake(
    "train_deep",
    replaces="deep_forward",
    en="The batch normalisation already shifts by β: how often is β added?",
    zh="批量归一化已经加上了 β：β 一共加了几次？",
)
def deep_shifts_twice(x, layers, bn, train):
    def hidden(z, layer):
        if bn:
            z, cache, layer = _normalise(z, layer, train)
            return right.sigmoid(z + layer["beta"]), cache, layer
        return right.sigmoid(z + layer["beta"]), None, layer

    return _deep(x, layers, hidden)


@mistake(
    "train_deep",
    replaces="deep_forward",
    en="Has the last layer a shift too?",
    zh="最后一层也有偏置 β 吗？",
)
def deep_last_layer_without_shift(x, layers, bn, train):
    logits, caches, updated = right.deep_forward(x, layers, bn, train)
    return logits - layers[-1]["beta"], caches, updated


@mistake(
    "train_deep",
    replaces="deep_forward",
    en="Without batch normalisation, is there still a γ?",
    zh="不用批量归一化时，还有 γ 吗？",
)
def deep_plain_layer_scaled(x, layers, bn, train):
    if bn:
        return right.deep_forward(x, layers, bn, train)

    def hidden(z, layer):
        return right.sigmoid(layer["gamma"] * z + layer["beta"]), None, layer

    return _deep(x, layers, hidden)


def _backward(dlogits, caches, slope, through):
    """Backward pass with `slope(a)` for the sigmoid and `through(dz, cache) -> (dz, grad)`."""
    a, W = caches[-1]
    grads, da = [{"W": a.T @ dlogits, "beta": dlogits.sum(axis=0)}], dlogits @ W.T
    for a_in, W, cache, a in reversed(caches[:-1]):
        dz, grad = through(da * slope(a), cache)
        grads.append({"W": a_in.T @ dz, **grad})
        da = dz @ W.T
    return grads[::-1]


def _slope(a):
    return a * (1 - a)


def _through(dz, cache):
    if cache is None:
        return dz, {"beta": dz.sum(axis=0)}
    dz, dgamma, dbeta = right.batchnorm_backward(dz, cache)
    return dz, {"gamma": dgamma, "beta": dbeta}


@mistake(
    "train_deep",
    replaces="deep_backward",
    en="By what does each sigmoid multiply the gradient?",
    zh="梯度每经过一个 sigmoid 要乘以什么？",
)
def deep_no_sigmoid_slope(dlogits, caches):
    return _backward(dlogits, caches, np.ones_like, _through)


@mistake(
    "train_deep",
    replaces="deep_backward",
    en="The slope is σ(z)(1 − σ(z)): is what you keep z, or already σ(z)?",
    zh="斜率是 σ(z)(1 − σ(z))：你保存的是 z，还是已经是 σ(z)？",
)
def deep_sigmoid_applied_again(dlogits, caches):
    return _backward(dlogits, caches, lambda a: _slope(right.sigmoid(a)), _through)


@mistake(
    "train_deep",
    replaces="deep_backward",
    en="Is the slope of the sigmoid a, or a(1 − a)?",
    zh="sigmoid 的斜率是 a，还是 a(1 − a)？",
)
def deep_half_a_slope(dlogits, caches):
    return _backward(dlogits, caches, lambda a: a, _through)


@mistake(
    "train_deep",
    replaces="deep_backward",
    en="Does the gradient go back through the normalisation, or round it?",
    zh="梯度是穿过归一化回传的，还是绕过了它？",
)
def deep_goes_round_normalisation(dlogits, caches):
    return _backward(dlogits, caches, _slope, lambda dz, cache: (dz, _through(dz, cache)[1]))


@mistake(
    "train_deep",
    replaces="deep_backward",
    en="In which order are the gradients returned: first layer first, or last layer first?",
    zh="梯度的返回顺序是从第一层开始，还是从最后一层开始？",
)
def deep_gradients_in_reverse(dlogits, caches):
    return right.deep_backward(dlogits, caches)[::-1]


@mistake(
    "train_deep",
    replaces="deep_backward",
    en="The 1/N is already in dlogits: how often do you divide?",
    zh="dlogits 里已经有 1/N 了：你一共除了几次？",
)
def deep_divides_by_batch_again(dlogits, caches):
    return [
        {name: value / len(dlogits) for name, value in grad.items()} for grad in right.deep_backward(dlogits, caches)
    ]


@mistake(
    "train_deep",
    replaces="deep_backward",
    en="β serves every example of the batch: are its gradients added up or averaged?",
    zh="β 作用于批中的每个样本：它的梯度是求和还是取平均？",
)
def deep_shift_averaged(dlogits, caches):
    return [{**grad, "beta": grad["beta"] / len(dlogits)} for grad in right.deep_backward(dlogits, caches)]


def _trained(X, y, layers, bn, batches, lr, kept=lambda new, old, last: new):
    """Training with `kept(new, old, last)`, what becomes of a layer after a step."""
    for rows in batches:
        logits, caches, updated = right.deep_forward(X[rows], layers, bn, train=True)
        grads = right.deep_backward(right.softmax_loss(logits, y[rows])[1], caches)
        new = [
            {**layer, **{name: layer[name] - lr * grad[name] for name in grad}}
            for layer, grad in zip(updated, grads, strict=True)
        ]
        layers = [kept(*pair, "mean" not in pair[1]) for pair in zip(new, layers, strict=True)]
    return layers


@mistake(
    "train_deep",
    en="Do the layers that you return differ from those that you got?",
    zh="返回的各层与传入的各层有区别吗？",
)
def train_returns_initial_layers(X, y, layers, bn, batches, lr):
    return layers


@mistake(
    "train_deep",
    en="Does the loss rise or fall from step to step?",
    zh="损失一步步是上升还是下降？",
)
def train_climbs(X, y, layers, bn, batches, lr):
    return _trained(X, y, layers, bn, batches, -lr)


@mistake(
    "train_deep",
    en="Which layers change in a step?",
    zh="每一步有哪些层发生了变化？",
)
def train_last_layer_only(X, y, layers, bn, batches, lr):
    def kept(new, old, last):
        return new if last else {**old, "mean": new["mean"], "var": new["var"]}

    return _trained(X, y, layers, bn, batches, lr, kept)


@mistake(
    "train_deep",
    en="With which mean and variance is the trained network used afterwards?",
    zh="训练好的网络之后用的是哪里的均值和方差？",
)
def train_loses_statistics(X, y, layers, bn, batches, lr):
    def kept(new, old, last):
        return new if last else {**new, "mean": old["mean"], "var": old["var"]}

    return _trained(X, y, layers, bn, batches, lr, kept)


@mistake(
    "train_deep",
    en="How many of the batches does the training see?",
    zh="训练一共用了多少个批次？",
)
def train_first_batch_only(X, y, layers, bn, batches, lr):
    return _trained(X, y, layers, bn, batches[:1], lr)


@mistake(
    "train_deep",
    en="Does the training know that bn is True?",
    zh="训练过程知道 bn 是 True 吗？",
)
def train_never_normalises(X, y, layers, bn, batches, lr):
    return _trained(X, y, layers, False, batches, lr)
