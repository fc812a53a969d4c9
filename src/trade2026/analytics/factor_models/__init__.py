"""Factor models: cross-sectional, statistical and of time series, and what they attribute.

May import `primitives` and the rest of `analytics`, numpy, scipy and msgspec; never `model` or `ports`. Start
with `cross_section`, where exposures are facts about assets and returns of factors are found, `time_series`,
where factors are given and betas are found, or `statistical`, where both are; `attribution` splits return and
risk.
`docs/factor-models.md` and `docs/factor-analysis.md` have each method, its convention and its source.
"""
