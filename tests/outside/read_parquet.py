"""Reads a study's Parquet files with other programs, and compares what they say with its summary.json.

    python read_parquet.py STUDY [--expect-difference]
"""

import copy
import glob
import json
import math
import sys
from collections import defaultdict

import duckdb
import polars
import pyarrow.parquet

COLUMNS = ["replication", "metric", "group", "unit", "value"]
LEVELS = ["group", "replication", "from_s", "level_millionths"]
OUTAGES = ["asset", "replication", "from_s", "to_s"]
QUANTILES = [0.05, 0.25, 0.50, 0.75, 0.95]


def with_pyarrow(files, columns):
    table = pyarrow.parquet.ParquetDataset(files).read(columns=columns)
    return [table.column(name).to_pylist() for name in columns]


def with_duckdb(files, columns):
    names = ", ".join(f'"{name}"' for name in columns)
    rows = duckdb.sql(f"SELECT {names} FROM read_parquet({files!r}) ORDER BY ALL").fetchall()
    return [list(column) for column in zip(*rows)] or [[] for _ in columns]


def with_polars(files, columns):
    table = polars.read_parquet(files).select(columns)
    return [table.get_column(name).to_list() for name in columns]


READERS = {"pyarrow": with_pyarrow, "DuckDB": with_duckdb, "Polars": with_polars}


def details(study, kind, columns):
    """Rows of the tables beside the blocks, in which all readers agree."""
    files = sorted(glob.glob(f"{study}/runs/{kind}-*.parquet"))
    order = lambda row: [(value is None, value) for value in row]
    found = {name: sorted(zip(*read(files, columns)), key=order) for name, read in READERS.items()}
    for name, rows in found.items():
        assert rows == found["pyarrow"], f"{name} reads other {kind} than pyarrow"
    return found["pyarrow"]


def check_details(study, metrics):
    """The lowest level of every group is its robustness, and only what failed has outages."""
    lowest = defaultdict(lambda: 1_000_000)
    levels = details(study, "levels", LEVELS)
    for group, replication, _, level in levels:
        lowest[group, replication] = min(lowest[group, replication], level)
    for name, (group, _, values) in metrics.items():
        if name.startswith("robustness/"):
            for replication, value in values.items():
                seen = lowest[group, replication] / 1e6
                assert value is None or abs(value - seen) < 6e-7, f"{name} of {replication}: {value}, not {seen}"
    failed = defaultdict(set)
    outages = details(study, "outages", OUTAGES)
    for asset, replication, begin, end in outages:
        assert end is None or begin < end, f"{asset} in {replication}: {begin} to {end}"
        failed[replication].add(asset)
    for replication, size in metrics["cascade_size"][2].items():
        assert size is None or len(failed[replication]) <= size, f"{replication}: more outages than failures"
    return len(levels), len(outages)


def series(columns):
    """For each metric its group, its unit and its values by replication."""
    found = {}
    for replication, metric, group, unit, value in zip(*columns):
        own = found.setdefault(metric, (group, unit, {}))
        assert own[:2] == (group, unit), f"{metric} has more than one group or unit"
        assert replication not in own[2], f"{metric} has replication {replication} twice"
        own[2][replication] = value
    return found


def quantile(ordered, p):
    """Linear interpolation (type 7 of Hyndman and Fan); None where it falls among values that were not reached."""
    at = (len(ordered) - 1) * p
    below = int(at)
    share = at - below
    low = ordered[below]
    if not math.isfinite(low):
        return None
    if share == 0.0:
        return low
    high = ordered[below + 1]
    return low + share * (high - low) if math.isfinite(high) else None


def statistics(values):
    ordered = sorted(values)
    n = len(ordered)
    missing = sum(not math.isfinite(value) for value in ordered)
    at_risk = ordered[math.ceil(round(0.95 * n, 9)) - 1]
    mean = sd = None
    if missing == 0:
        mean = math.fsum(ordered) / n
        sd = math.sqrt(math.fsum((value - mean) ** 2 for value in ordered) / (n - 1))
    return {
        "mean": mean,
        "sd": sd,
        "quantiles": [quantile(ordered, p) for p in QUANTILES],
        "var95": at_risk if math.isfinite(at_risk) else None,
        "not_reached": missing / n,
    }


def close(one, other):
    if isinstance(one, list):
        return len(one) == len(other) and all(map(close, one, other))
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)


def differences(summary, found):
    """What is not the same, one line each."""
    listed = []
    n = summary["study"]["replications"]
    failed = sum(times for _, times in summary["study"]["failed"])
    known = {metric["id"]: metric for metric in summary["metrics"]}
    asked = {f"requirement/{own['id']}/{own['group']}": own for own in summary["requirements"]}
    if set(found) != set(known) | set(asked):
        listed.append(f"other metrics: {sorted(set(found) ^ (set(known) | set(asked)))[:5]}")
        return listed
    for name, (group, unit, by_replication) in found.items():
        if sorted(by_replication) != list(range(n + failed)):
            listed.append(f"{name}: not every replication is there once")
            continue
        values = [value for value in by_replication.values() if value is not None]
        if len(values) != n:
            listed.append(f"{name}: {len(values)} values, not {n}")
            continue
        if name in asked:
            share = sum(values) / n
            if not close(share, asked[name]["probability"]) or not set(values) <= {0.0, 1.0}:
                listed.append(f"{name}: {share}, not {asked[name]['probability']}")
            continue
        metric = known[name]
        if (group, unit) != (metric["group"], metric["unit"]):
            listed.append(f"{name}: {group} in {unit}, not {metric['group']} in {metric['unit']}")
        for key, value in statistics(values).items():
            if not close(value, metric[key]):
                listed.append(f"{name}: {key} {value}, not {metric[key]}")
    return listed


def changed(summary):
    """Summaries with one number changed each."""
    for key, change in [
        ("mean", lambda x: x * (1 + 1e-6) + 1e-6),
        ("sd", lambda x: x * (1 + 1e-6) + 1e-3),
        ("quantiles", lambda x: x[:4] + [1e300]),
        ("var95", lambda x: -1.0),
        ("not_reached", lambda x: x + 1e-4),
    ]:
        other = copy.deepcopy(summary)
        metric = next(metric for metric in other["metrics"] if metric["mean"] is not None)
        metric[key] = change(metric[key])
        yield f"{metric['id']}: {key}", other
    other = copy.deepcopy(summary)
    del other["metrics"][3]
    yield "a metric left out", other
    if summary["requirements"]:
        other = copy.deepcopy(summary)
        other["requirements"][0]["probability"] += 1e-6
        yield "a probability", other


def main():
    study, options = sys.argv[1], sys.argv[2:]
    files = sorted(glob.glob(f"{study}/runs/block-*.parquet"))
    assert files, f"{study} has no blocks"
    with open(f"{study}/summary.json") as text:
        summary = json.load(text)
    found = {name: series(read(files, COLUMNS)) for name, read in READERS.items()}
    first = found["pyarrow"]
    for name, other in found.items():
        assert other == first, f"{name} reads something else than pyarrow"
    if options == ["--expect-difference"]:
        for what, other in changed(summary):
            assert differences(other, first), f"nobody noticed: {what}"
        print("every change was noticed")
        return
    steps, outages = check_details(study, first)
    listed = differences(summary, first)
    for line in listed[:20]:
        print(line)
    assert not listed, f"{len(listed)} differences"
    kinds = defaultdict(int)
    for name in first:
        kinds["requirements" if name.startswith("requirement/") else "metrics"] += 1
    counts = ", ".join(f"{count} {kind}" for kind, count in kinds.items())
    print(f"{', '.join(found)} agree with summary.json: {counts}, {summary['study']['replications']} replications")
    print(f"and with each other on {steps} levels and {outages} outages")


if __name__ == "__main__":
    main()
