"""Forms of the pages; the rules behind them are domain functions."""
