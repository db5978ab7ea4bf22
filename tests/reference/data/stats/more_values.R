# Values of R for the statistics that users of other programs look for; from the folder of this script:
#   Rscript more_values.R > expected/more.json
suppressPackageStartupMessages({
  library(lme4); library(lmerTest); library(emmeans); library(afex); library(BayesFactor); library(jsonlite)
})
emm_options(msg.interaction = FALSE); afex_options(check_contrasts = TRUE)
read <- function(name) read.csv(file.path("data", name), stringsAsFactors = TRUE)
d1 <- read("d1_balanced_3x3.csv"); d1$y <- log(d1$emg)
gm <- subset(d1, muscle == "gluteus_maximus")
d3 <- read("d3_nonspherical_1x5.csv"); d3$y <- log(d3$emg)
d2 <- read("d2_unbalanced_3x3.csv"); d2$y <- log(d2$emg)
rows <- function(x) as.data.frame(x)

# multivariate model of repeated measures: each contrast has its own error term, as emgkit's
a1 <- suppressMessages(aov_ez("participant", "y", gm, within = "exercise"))
e1 <- emmeans(a1, "exercise", model = "multivariate")
a3 <- suppressMessages(aov_ez("participant", "y", d3, within = "load"))
e3 <- emmeans(a3, "load", model = "multivariate")
both <- suppressMessages(aov_ez("participant", "y", d1, within = c("exercise", "muscle")))
e12 <- emmeans(both, "exercise", by = "muscle", model = "multivariate")
e13 <- emmeans(both, "exercise", model = "multivariate")

m2 <- lmer(y ~ exercise * muscle + (1 | participant), d2, REML = FALSE)
m2a <- lmer(y ~ exercise + muscle + (1 | participant), d2, REML = FALSE)
m2r <- lmer(y ~ exercise * muscle + (1 | participant), d2, REML = TRUE)
test <- anova(m2a, m2)

wide <- reshape(d3[c("participant", "load", "emg")], idvar = "participant", timevar = "load", direction = "wide")
friedman <- friedman.test(as.matrix(wide[-1]))
pairs3 <- combn(levels(d3$load), 2)
signed <- apply(pairs3, 2, function(p) {
  x <- d3$emg[d3$load == p[1]]; y <- d3$emg[d3$load == p[2]]
  w <- suppressWarnings(wilcox.test(x, y, paired = TRUE)); c(V = unname(w$statistic), p = w$p.value)
})

bayes <- apply(combn(levels(gm$exercise), 2), 2, function(p) {
  x <- gm$y[gm$exercise == p[1]]; y <- gm$y[gm$exercise == p[2]]
  t <- t.test(x, y, paired = TRUE)
  one <- function(r) exp(ttest.tstat(t$statistic, n1 = length(x), rscale = r)$bf)
  c(t = unname(t$statistic), medium = one(sqrt(2) / 2), wide = one(1), ultrawide = one(sqrt(2)))
})

p <- c(0.001, 0.012, 0.03, 0.04, 0.2, 0.7)
left <- residuals(aov(y ~ participant + exercise, gm))
values <- list(
  versions = list(R = as.character(getRversion()), lme4 = as.character(packageVersion("lme4")),
    lmerTest = as.character(packageVersion("lmerTest")), emmeans = as.character(packageVersion("emmeans")),
    afex = as.character(packageVersion("afex")), BayesFactor = as.character(packageVersion("BayesFactor"))),
  holm = rows(pairs(e1, adjust = "holm", infer = TRUE)),
  anova = {
    t <- summary(a1)
    list(F = t$univariate.tests["exercise", "F value"], p = t$univariate.tests["exercise", "Pr(>F)"],
      epsilon_gg = t$pval.adjustments["exercise", "GG eps"], p_gg = t$pval.adjustments["exercise", "Pr(>F[GG])"],
      ges = anova(a1, es = "ges")[["ges"]])
  },
  tukey_d1 = rows(pairs(e1, adjust = "tukey")), tukey_d3 = rows(pairs(e3, adjust = "tukey")),
  sidak_d3 = rows(pairs(e3, adjust = "sidak")),
  tukey_by = rows(pairs(e12, adjust = "tukey")), post_hoc_main = rows(pairs(e13, adjust = "holm")),
  against_d3 = rows(contrast(e3, "trt.vs.ctrl", ref = 1, adjust = "holm", infer = TRUE)),
  polynomial_d3 = rows(contrast(e3, "poly", adjust = "none", infer = TRUE)),
  custom_d1 = rows(contrast(e1, list(
    thrust = setNames(c(1, -0.5, -0.5)[match(levels(gm$exercise), c("hip_thrust", "deadlift", "squat"))], NULL)),
    infer = TRUE)),
  levels_d1 = levels(gm$exercise),
  model = list(
    loglik = c(as.numeric(logLik(m2)), as.numeric(logLik(m2a))), aic = AIC(m2, m2a)$AIC, bic = BIC(m2, m2a)$BIC,
    df = AIC(m2, m2a)$df, chi_square = test$Chisq[2], test_df = test$Df[2], p = test[["Pr(>Chisq)"]][2],
    fixed = unname(fixef(lmer(y ~ exercise + muscle + (1 | participant), d2, REML = FALSE,
      contrasts = list(exercise = "contr.sum", muscle = "contr.sum")))), sigma = sigma(m2),
    participant_sd = attr(VarCorr(m2)$participant, "stddev")[[1]],
    kenward_roger = rows(anova(as_lmerModLmerTest(update(m2r, contrasts = list(exercise = "contr.sum", muscle = "contr.sum"))),
      ddf = "Kenward-Roger"))
  ),
  tukey_model = rows(pairs(emmeans(m2r, "exercise", lmer.df = "kenward-roger"), adjust = "tukey")),
  friedman = list(chi_square = unname(friedman$statistic), df = unname(friedman$parameter), p = friedman$p.value,
    first = pairs3[1, ], second = pairs3[2, ], V = signed["V", ], pair_p = signed["p", ],
    p_holm = p.adjust(signed["p", ], "holm")),
  bayes = list(first = combn(levels(gm$exercise), 2)[1, ], second = combn(levels(gm$exercise), 2)[2, ],
    n = nrow(gm) / 3, t = bayes["t", ], medium = bayes["medium", ], wide = bayes["wide", ], ultrawide = bayes["ultrawide", ]),
  corrections = list(p = p, BH = p.adjust(p, "BH"), BY = p.adjust(p, "BY"), holm = p.adjust(p, "holm"),
    bonferroni = p.adjust(p, "bonferroni"), sidak = 1 - (1 - p)^length(p)),
  shapiro = list(W = unname(shapiro.test(left)$statistic), p = shapiro.test(left)$p.value, residuals = unname(left))
)
cat(toJSON(values, digits = 15, pretty = TRUE, auto_unbox = TRUE), "\n")
