"""The two services of `bench.agent_overhead`, run in an environment of their own, and what measures them."""
