"""Factor models: cross-sectional, statistical and of time series."""
