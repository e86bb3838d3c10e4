import pytest

from tests.ops.promql import metric_names


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ("up == 0", {"up"}),
        (
            'sum by (job) (rate(a_total{kind="b}"}[5m])) / sum(b_total) > 0.01',
            {"a_total", "b_total"},
        ),
        ("histogram_quantile(0.99, sum by (le) (rate(a_bucket[$__rate_interval])))", {"a_bucket"}),
        ("a unless on (job) sum without (x) (b) > 1e3", {"a", "b"}),
        ("count(a) - (sum(b) or vector(0))", {"a", "b"}),
    ],
)
def test_the_metrics_of_an_expression_are_found(expression: str, names: set[str]) -> None:
    assert metric_names(expression) == names
