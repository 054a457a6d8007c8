"""Benchmarks: `python -m tests.bench` measures and writes one report (`make bench`).

Each `bench_*.py` is one part of the report, lettered as in the requirement. pytest runs only
`test_runner.py`, which sees that all of it works at tiny sizes and asserts no time.
"""
