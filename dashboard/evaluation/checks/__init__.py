"""The rooms of the cross-checks 勾稽, one per family of contradictions; `crosscheck` runs them."""
