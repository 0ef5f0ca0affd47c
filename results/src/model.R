# A mixed-effects model of right verdicts: a logistic regression with random effects of participants and images, which are
# crossed. It begins with all random effects that the design allows: intercepts, and slopes of the condition where one
# participant or one image was judged in several. It goes on without their correlations, then with slopes of participants or of
# images alone, and at last with intercepts, until one converges whose slopes are not singular. Which one was used is printed,
# and is in MODEL.csv.
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
if (any(as.logical(all$rehearsal))) cat("THESE DATA ARE OF A REHEARSAL, with simulated participants or people who tried it: no results.\n")
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

# The effect of the condition may vary between participants and between images, if there is one of them who was judged in two
# conditions or more: of a group of whom each was in one alone a slope would be nothing but another intercept.
groups <- Filter(function(group) nlevels(data[[group]]) > 1, c("participant", "image"))
sloped <- Filter(function(group) {
  any(tapply(as.integer(data$condition), data[[group]], function(those) length(unique(those))) > 1)
}, groups)
# Each condition's difference from the first, as a column of its own: for slopes without correlations.
slopes <- c()
if (nlevels(data$condition) > 1) {
  differences <- model.matrix(~ condition, data)[, -1, drop = FALSE]
  slopes <- paste0("slope", seq_len(ncol(differences)))
  data[slopes] <- differences
}
random <- function(kind) vapply(groups, function(group) {
  without <- c(intercepts = TRUE, "participant slopes" = group == "image", "image slopes" = group == "participant")[kind]
  if (isTRUE(without) || !(group %in% sloped)) return(sprintf("(1 | %s)", group))
  if (kind == "maximal") return(sprintf("(1 + condition | %s)", group))
  sprintf("(1 + %s || %s)", paste(slopes, collapse = " + "), group)
}, "")
kinds <- c(
  if (length(sloped) > 0) c("maximal", "uncorrelated"),
  if (length(sloped) > 1) c("participant slopes", "image slopes"),
  "intercepts"
)

fit <- function(fixed, random) {
  formula <- as.formula(paste("correct ~", paste(c(fixed, random), collapse = " + ")))
  if (length(random) == 0) return(glm(formula, family = binomial, data = data))
  glmer(formula, family = binomial, data = data,
        control = glmerControl(optimizer = "bobyqa", optCtrl = list(maxfun = 200000)))
}
# Cells that nobody judged have no interaction: then the terms stand for themselves.
fit_either <- function(random) tryCatch(fit(fixed, random), error = function(problem) {
  if (length(terms) < 2) stop(problem)
  message("without the interaction, for with it there is no fit: ", conditionMessage(problem))
  fit(paste(terms, collapse = " + "), random)
})
# What speaks against a model: nothing, if it is to be used. Slopes are more than these data can tell where one of them has no
# variance, or is what others make of it. That an intercept has none is no reason: a simpler model has no more.
against <- function(model) {
  if (inherits(model, "error")) return(conditionMessage(model))
  if (!inherits(model, "merMod")) return(c())
  messages <- as.character(unlist(slot(model, "optinfo")$conv$lme4$messages))
  singular <- vapply(VarCorr(model), function(of) {
    if (identical(rownames(of), "(Intercept)")) return(FALSE)
    min(eigen(of, symmetric = TRUE, only.values = TRUE)$values) < 1e-6
  }, NA)
  c(messages[!grepl("singular", messages)], if (any(singular)) "its slopes are singular")
}
for (kind in kinds) {
  is_last <- kind == kinds[length(kinds)]
  # What is warned of is in what speaks against it.
  model <- tryCatch(suppressWarnings(fit_either(random(kind))), error = function(problem) if (is_last) stop(problem) else problem)
  reasons <- unique(against(model))
  if (length(reasons) == 0 || is_last) break
  cat("Not used: the model whose random effects are ", kind, ", for ", paste(reasons, collapse = "; "), "\n", sep = "")
}
if (length(groups) == 0) kind <- "none"
cat("Random effects are ", kind, ": ", paste(deparse(formula(model)), collapse = " "), "\n", sep = "")
if (length(reasons) > 0) cat("There is no simpler one, and of it is to be said: ", paste(reasons, collapse = "; "), "\n", sep = "")
for (slope in seq_along(slopes)) if (kind %in% c("uncorrelated", "participant slopes", "image slopes")) {
  cat("  ", slopes[slope], " is ", levels(data$condition)[slope + 1], " against ", levels(data$condition)[1], "\n", sep = "")
}
print(summary(model))

table <- coef(summary(model))
coefficients <- data.frame(
  effect = "fixed", term = rownames(table), estimate = table[, 1], std_error = table[, 2], z = table[, 3], p = table[, 4],
  row.names = NULL
)
if (length(groups) > 0) {
  spread <- as.data.frame(VarCorr(model))
  # The parts of a group without correlations are called image, image.1 and so on.
  group <- sub("[.][0-9]+$", "", spread$grp)
  named <- function(name) {
    at <- match(name, slopes)
    ifelse(is.na(at), name, paste0("condition", levels(data$condition)[at + 1]))
  }
  term <- ifelse(spread$var1 == "(Intercept)", group, paste0(group, ":", named(spread$var1)))
  pair <- !is.na(spread$var2)
  term[pair] <- paste0(group, ":", named(spread$var1), ",", named(spread$var2))[pair]
  coefficients <- rbind(coefficients, data.frame(
    effect = ifelse(pair, "random_correlation", "random_sd"), term = term, estimate = spread$sdcor, std_error = NA, z = NA,
    p = NA
  ))
}
coefficients$random <- kind
if (length(arguments) >= 2) write.csv(coefficients, arguments[[2]], row.names = FALSE, na = "")
