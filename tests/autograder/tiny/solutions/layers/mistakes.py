"""Wrong layers."""

from autograder.bank import mistake

from . import solution as right


@mistake("linear", replaces="Linear", en="Where does the bias come in?", zh="偏置加在哪里？")
class LinearWithoutBias(right.Linear):
    def forward(self, x):
        return x @ self.weight.T + 0 * self.bias


@mistake("linear", replaces="Linear", en="What does detach() do to a gradient?", zh="detach() 对梯度做了什么？")
class LinearDetached(right.Linear):
    def forward(self, x):
        return x.detach() @ self.weight.T + self.bias
