"""A simulated hotline 模拟热线: who calls, who answers, and who waits for whom."""
