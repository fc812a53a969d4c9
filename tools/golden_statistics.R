# Values of R packages for tools/golden_r.py: reads what it wrote into the folder, writes r.json there.
#
# Losses are fitted in percent, since the steps of the searches are too coarse for hundredths. fPortfolio gets the
# covariance over n, so that its skewness and kurtosis are moments over n.
suppressMessages({
  library(fExtremes)
  library(evd)
  library(fPortfolio)
  library(jsonlite)
})
folder <- commandArgs(trailingOnly = TRUE)[1]
given <- fromJSON(file.path(folder, "given.json"))
panel <- as.matrix(given$panel)
series <- timeSeries(panel)
losses <- -100 * given$heavy
weights <- given$weights
exact <- list(reltol = 1e-15, maxit = 20000)

threshold <- sort(losses, decreasing = TRUE)[given$peaks + 1]
of_fextremes <- gpdFit(losses, u = threshold)  # It keeps the control from its own search, which ends at four digits:
of_fextremes@fit$par.ests <- fExtremes:::.gpdmleFit(losses, threshold, "observed", control = exact)$par.ests
risk <- gpdRiskMeasures(of_fextremes, prob = 1 - given$tails)
of_evd <- fpot(losses, threshold = threshold, control = exact)

over_n <- cov(panel) * (nrow(panel) - 1) / nrow(panel)
bent <- function(tail) budgetsModifiedVAR(series, weights, alpha = tail, Sigma = over_n)
quantile_at <- function(tail) as.numeric(bent(tail)$modifiedVAR)
mean_beyond <- function(tail) {
  integrate(Vectorize(quantile_at), 0, tail, rel.tol = 1e-10, subdivisions = 10000)$value / tail
}

plain <- function(budgets) function(tail) budgets(panel, weights, alpha = tail)
normal <- lapply(given$tails, plain(budgetsNormalVAR))
beyond <- lapply(given$tails, plain(budgetsNormalES))

left <- function(column) {
  as.numeric(ar.ols(column, order.max = given$lookback, aic = FALSE, demean = FALSE, intercept = TRUE)$resid)
}
residuals <- apply(panel, 2, left)[-(1:given$lookback), ]

found <- list(
  fExtremes = list(
    shape = of_fextremes@fit$par.ests[["xi"]],
    scale = of_fextremes@fit$par.ests[["beta"]] / 100,
    value_at_risk = risk$quantile / 100,
    expected_shortfall = risk$shortfall / 100
  ),
  evd = list(shape = of_evd$estimate[["shape"]], scale = of_evd$estimate[["scale"]] / 100),
  fPortfolio = list(
    value_at_risk_over_n = sapply(given$tails, quantile_at),
    contributions_over_n = t(sapply(given$tails, function(tail) bent(tail)$contribution)),
    expected_shortfall_over_n = sapply(given$tails, mean_beyond),
    gaussian_value_at_risk = sapply(normal, function(each) as.numeric(each$riskVAR)),
    gaussian_value_at_risk_contributions = t(sapply(normal, function(each) as.numeric(each$contributionVAR))),
    gaussian_expected_shortfall = sapply(beyond, function(each) as.numeric(each$normalES)),
    gaussian_expected_shortfall_contributions = t(sapply(beyond, function(each) as.numeric(each$contribution)))
  ),
  stats = list(detrended = crossprod(residuals) / (nrow(residuals) - given$lookback - 1)),
  versions = list(
    fExtremes = as.character(packageVersion("fExtremes")),
    evd = as.character(packageVersion("evd")),
    fPortfolio = as.character(packageVersion("fPortfolio")),
    stats = as.character(packageVersion("stats"))
  )
)
write(toJSON(found, digits = NA, auto_unbox = TRUE), file.path(folder, "r.json"))
