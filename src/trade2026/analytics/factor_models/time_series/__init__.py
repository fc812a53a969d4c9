"""Assets regressed on factors that are known: betas, premia, and portfolios that follow a factor."""
