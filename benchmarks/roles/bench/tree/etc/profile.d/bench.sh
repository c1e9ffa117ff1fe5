# Where the application keeps its things.
export BENCH_CONFIG=/etc/bench/app.yaml
export BENCH_STATE=/var/lib/bench
