# A mixed-effects model of right verdicts: a logistic regression with random intercepts of participants and images, which
# are crossed.
#
#   Rscript model.R [EXPORT] [MODEL.csv]
#
# EXPORT is a folder that `pixel-debate study export` wrote, the current one unless said otherwise. The coefficients are
# printed, and written to MODEL.csv unless that is left out. Terms are against the first condition and the first tier. Needs
# the package lme4.
suppressPackageStartupMessages(library(lme4))

study <- "@HASH@"
conditions <- @CONDITIONS@
tiers <- @TIERS@

arguments <- commandArgs(trailingOnly = TRUE)
export <- if (length(arguments) >= 1) arguments[[1]] else "."
all <- read.csv(file.path(export, "judgments.csv"), na.strings = "", stringsAsFactors = FALSE,
                colClasses = c(explanation = "character"))
if (any(all$study != study)) stop("these judgments are of another study than this script")
# In a table without rows nothing says what a column is.
for (name in c("counted", "correct")) all[[name]] <- as.logical(all[[name]])
# What has no verdict is neither right nor wrong.
data <- all[all$counted & !is.na(all$correct), ]
data$correct <- as.integer(data$correct)
data$participant <- factor(data$participant)
data$image <- factor(data$image)
data$condition <- droplevels(factor(data$condition, levels = conditions))
cat(nrow(data), "verdicts by", nlevels(data$participant), "participants on", nlevels(data$image), "images\n")
if (length(unique(data$correct)) < 2) {
  cat("All verdicts are alike, or there is none: there is no model of that.\n")
  quit(status = 0)
}

# What does not vary is left out.
terms <- c()
if (nlevels(data$condition) > 1) terms <- c(terms, "condition")
if (length(tiers) > 0) {
  data$tier <- droplevels(factor(data$tier, levels = tiers))
  if (nlevels(data$tier) > 1) terms <- c(terms, "tier")
}
fixed <- if (length(terms) > 0) paste(terms, collapse = " * ") else "1"
random <- c()
if (nlevels(data$participant) > 1) random <- c(random, "(1 | participant)")
if (nlevels(data$image) > 1) random <- c(random, "(1 | image)")

fit <- function(fixed) {
  formula <- as.formula(paste("correct ~", paste(c(fixed, random), collapse = " + ")))
  if (length(random) == 0) return(glm(formula, family = binomial, data = data))
  glmer(formula, family = binomial, data = data,
        control = glmerControl(optimizer = "bobyqa", optCtrl = list(maxfun = 200000)))
}
# Cells that nobody judged have no interaction: then the terms stand for themselves.
model <- tryCatch(fit(fixed), error = function(problem) {
  if (length(terms) < 2) stop(problem)
  message("without the interaction, for with it there is no fit: ", conditionMessage(problem))
  fit(paste(terms, collapse = " + "))
})
print(summary(model))

table <- coef(summary(model))
coefficients <- data.frame(
  effect = "fixed", term = rownames(table), estimate = table[, 1], std_error = table[, 2], z = table[, 3], p = table[, 4],
  row.names = NULL
)
if (length(random) > 0) {
  spread <- as.data.frame(VarCorr(model))
  coefficients <- rbind(coefficients, data.frame(
    effect = "random_sd", term = spread$grp, estimate = spread$sdcor, std_error = NA, z = NA, p = NA
  ))
  if (isSingular(model)) {
    cat("A random effect has no spread that these data could tell from none: see random_sd.\n")
  }
}
if (length(arguments) >= 2) write.csv(coefficients, arguments[[2]], row.names = FALSE, na = "")
