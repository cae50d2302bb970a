"""The measured jobs: `make bench` prints one table and writes var/bench.json."""
