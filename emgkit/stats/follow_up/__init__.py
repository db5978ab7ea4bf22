"""What users of R, SPSS, jamovi and pingouin look for beside the first analyses: planned contrasts, ranks, Bayes."""

from emgkit.stats.follow_up import words  # registers the kinds of tables that these analyses give

__all__ = ["words"]
