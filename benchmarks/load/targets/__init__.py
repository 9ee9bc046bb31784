"""Small servers on the loopback interface that know what they did: the truth that measurements are held against.

Each is a process, `python -m benchmarks.load.targets.NAME`: it prints its port, and ends when its standard input does.
"""
