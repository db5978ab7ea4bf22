# lme4's values of models with participants and raters as crossed random terms; from the folder of this script:
#   Rscript crossed_values.R > expected/crossed.json
suppressPackageStartupMessages({library(lme4); library(lmerTest); library(emmeans); library(pbkrtest); library(jsonlite)})
emm_options(pbkrtest.limit = 5000)
d <- read.csv("data/d13_crossed_raters.csv", stringsAsFactors = TRUE); d$y <- log(d$emg)
sums <- list(exercise = "contr.sum")
strict <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-12, maxfun = 1e5))
one <- function(random, full = "exercise") {
  m <- lmer(as.formula(paste("y ~", full, "+", random)), d, contrasts = sums, control = strict)
  e <- emmeans(m, "exercise", lmer.df = "kenward-roger")
  found <- list(
    deviance = as.numeric(-2 * logLik(m)), variances = as.data.frame(VarCorr(m))[c("grp", "vcov")],
    fixed = unname(fixef(m)), se = unname(sqrt(diag(vcov(m)))),
    kenward_roger = as.data.frame(anova(m, ddf = "Kenward-Roger")),
    satterthwaite = as.data.frame(anova(m, ddf = "Satterthwaite")),
    pairs = as.data.frame(pairs(e, adjust = "holm")),
    pairs_satterthwaite = as.data.frame(pairs(emmeans(m, "exercise", lmer.df = "satterthwaite"), adjust = "none")),
    raters = ranef(m)$rater[["(Intercept)"]], participants = ranef(m)$participant[["(Intercept)"]])
  ml <- update(m, REML = FALSE)
  c(found, list(loglik_ml = as.numeric(logLik(ml)), aic = AIC(ml)))
}
values <- list(
  versions = list(R = as.character(getRversion()), lme4 = as.character(packageVersion("lme4")),
    lmerTest = as.character(packageVersion("lmerTest")), pbkrtest = as.character(packageVersion("pbkrtest")),
    emmeans = as.character(packageVersion("emmeans"))),
  intercepts = one("(1 | participant) + (1 | rater)"),
  nested = one("(1 | participant) + (1 | participant:exercise) + (1 | rater)"))
cat(toJSON(values, digits = 15, pretty = TRUE, auto_unbox = TRUE), "\n")
