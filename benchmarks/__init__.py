"""What a test pays: `make bench` prints every row, as ratios against baselines of the same run."""
