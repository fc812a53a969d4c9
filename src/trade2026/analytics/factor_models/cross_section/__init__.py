"""A model of known exposures: each period's returns are regressed across assets on what was known before it.

r = X f + u, with X the exposures at the beginning of the period (a market of ones, standardised styles,
sectors), f the factor returns by constrained weighted least squares, u the specific returns. After Rosenberg
(1974), and the methodology notes of Menchero, Orr and Wang (2011) for the risk model.

Start with `model.fit_model`, which makes exposures (`facts`, `styles`, `exposures`) and regresses
(`regression`). `factor_covariance` and `specific_risk` turn its history into a forecast, `portfolio_risk`
splits the risk of weights, `bias` judges forecasts out of sample, `attribution` splits what weights earned.
"""
