"""Each headline figure of the bar as one command (`python -m benchmarks.seal`); `make bench` prints them all."""
