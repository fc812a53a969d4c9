"""What a portfolio's risk and return are made of, by factors and by groups, and what shocks would do."""
