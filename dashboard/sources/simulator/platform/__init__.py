"""A simulated platform 模拟平台: probes, outages, maintenance windows and tickets."""
