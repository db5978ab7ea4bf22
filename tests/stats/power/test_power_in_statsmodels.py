"""Tables of power carry the statsmodels object that gives the same power, where there is one."""

from __future__ import annotations

import pytest

from emgkit.errors import DesignError
from emgkit.stats import power_between, power_equivalence, power_paired, power_within
from emgkit.stats.results.agreement import compared_numbers


def test_power_is_that_of_statsmodels() -> None:
    tables = (
        power_paired(effect=[0.1, 0.5, 0.8, 1.2], n=[3, 10, 40]), power_between(effect=[0.5, 0.8], power=0.8),
        power_paired(n=[5, 13], power=0.8, alpha=0.05 / 3),
    )  # fmt: skip
    for table in tables:
        compared = list(compared_numbers(table))
        assert len(compared) == len(table)
        assert max(one.difference for one in compared) < 1e-9
        assert max(one.difference for one in compared_numbers(table.assign(power=table["power"] * 1.00001))) > 1e-6
    assert tables[0].statsmodels.solve_power(0.5, None, 0.05, 0.8) == pytest.approx(33.4, abs=0.1)


def test_of_a_huge_effect_statsmodels_has_no_number() -> None:
    table = power_paired(effect=3.0, n=[10, 40])
    assert all(0.999 < power <= 1 for power in table["power"])
    assert len(list(compared_numbers(table))) == 1


def test_what_statsmodels_lacks() -> None:
    with pytest.raises(DesignError, match="statsmodels has no power of a paired test of equivalence"):
        _ = power_equivalence(bound=0.8, power=0.8).statsmodels
    with pytest.raises(DesignError, match="statsmodels has no power of an F test of a factor within participants"):
        _ = power_within(f=0.25, power=0.8, levels=3).statsmodels
