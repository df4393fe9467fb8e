"""Analysis: facts in, findings out."""
