"""The benchmark of the scanner of running services; `bench_dast` is its program, `README.md` says how it scores."""
