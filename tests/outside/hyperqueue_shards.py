"""A study in 16 parts on a HyperQueue server with two workers, one of which is killed on the way.

    python hyperqueue_shards.py LINCHPIN SCENARIO

The package from the Python registry has no `hq` program, and its workers are threads of the server. A worker that can be
killed is made of a second process of the same package, whose worker is told to connect to the first one's server.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from hyperqueue.cluster import LocalCluster, WorkerConfig
from hyperqueue.job import Job

PARTS = 16
LONGEST_S = 240
RUN = ["--replications", "4800", "--block-size", "20", "--threads", "1", "--quiet"]


def to_loopback(access):
    """Lets nobody connect to anything but this machine."""
    for side in ("client", "worker"):
        access[side]["host"] = "127.0.0.1"
    return access


def access_file(folder):
    return Path(folder, "hq-current").resolve() / "access.json"


def worker(server, own):
    """Serves until killed."""
    cluster = LocalCluster(own)
    access_file(own).unlink()
    shutil.copy(access_file(server), access_file(own))
    cluster.start_worker(WorkerConfig(cores=1))
    time.sleep(LONGEST_S)


def children(process):
    path = Path(f"/proc/{process.pid}/task")
    lists = [(thread / "children").read_text() for thread in path.iterdir()]
    return [int(child) for child in " ".join(lists).split()]


def part_of(pid):
    """The folder that a linchpin process writes into."""
    words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    return Path(words[words.index("--out") + 1]) if "--out" in words else None


def is_begun(part):
    """True where some of its blocks are there, and not all."""
    try:
        state = json.loads((part / "manifest.json").read_text())["state"]
    except (OSError, ValueError):
        return False
    return state == "running" and any(part.glob("runs/block-*.parquet"))


def kill_in_the_middle(workers):
    """Kills the first worker that has a begun part under its hands; says which part."""
    while True:
        for process in workers:
            try:
                pids = children(process)
                parts = [(pid, part_of(pid)) for pid in pids]
            except (OSError, ValueError):
                continue
            for pid, part in parts:
                if part and is_begun(part) and stop_in_the_middle(pid, part):
                    # As when a machine dies: the worker first, so that it can report nothing.
                    os.kill(process.pid, signal.SIGKILL)
                    os.kill(pid, signal.SIGKILL)
                    process.wait()
                    return process, part
        time.sleep(0.001)


def stop_in_the_middle(pid, part):
    """Holds a part where it is; false where it was done in the very last moment."""
    try:
        os.kill(pid, signal.SIGSTOP)
        if is_begun(part):
            return True
        os.kill(pid, signal.SIGCONT)
    except ProcessLookupError:
        pass
    return False


def content(study):
    """Every file of a study; the manifest without its timings."""
    files = {path.relative_to(study): path.read_bytes() for path in study.rglob("*") if path.is_file()}
    manifest = json.loads(files[Path("manifest.json")])
    del manifest["timings"]
    files[Path("manifest.json")] = manifest
    return files


def compute(linchpin, scenario, folder, workers):
    whole, merged = folder / "whole", folder / "merged"
    subprocess.run([linchpin, "run", scenario, *RUN, "--out", whole], check=True, stdout=subprocess.DEVNULL)

    server = folder / "server"
    server.mkdir()
    with LocalCluster(str(server)) as cluster:
        access = to_loopback(json.loads(access_file(server).read_text()))
        access_file(server).unlink()
        access_file(server).write_text(json.dumps(access))
        for number in (1, 2):
            own = folder / f"worker-{number}"
            own.mkdir()
            command = [sys.executable, __file__, "--worker", str(server), str(own)]
            workers.append(subprocess.Popen(command, stdout=subprocess.DEVNULL))

        job = Job(folder, max_fails=None)
        parts = [folder / f"part-{number}" for number in range(1, PARTS + 1)]
        for number, part in enumerate(parts, 1):
            shard = ["--shard", f"{number}/{PARTS}", "--resume"]
            job.program([linchpin, "run", scenario, *RUN, *shard, "--out", str(part)], crash_limit=3)
        client = cluster.client()
        submitted = client.submit(job)
        killed, interrupted = kill_in_the_middle(workers)
        workers.remove(killed)
        client.wait_for_jobs([submitted])

    subprocess.run([linchpin, "merge", merged, *reversed(parts)], check=True, stdout=subprocess.DEVNULL)
    one, other = content(whole), content(merged)
    assert one.keys() == other.keys(), sorted(map(str, one.keys() ^ other.keys()))
    differ = [str(path) for path in one if one[path] != other[path]]
    assert not differ, f"not the same: {differ}"
    blocks = sum(path.suffix == ".parquet" for path in one)
    print(f"{PARTS} parts, {interrupted.name} interrupted by a killed worker: {blocks} blocks and all else as in one piece")


def main():
    linchpin, scenario = (str(Path(argument).resolve()) for argument in sys.argv[1:3])
    signal.alarm(LONGEST_S)
    workers = []
    with tempfile.TemporaryDirectory(prefix="linchpin-hq-") as folder:
        try:
            compute(linchpin, scenario, Path(folder), workers)
        finally:
            for process in workers:
                process.kill()
                process.wait()


if __name__ == "__main__":
    if sys.argv[1] == "--worker":
        worker(*sys.argv[2:4])
    else:
        main()
