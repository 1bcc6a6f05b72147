"""Can web and worker, which are two processes, share this SQLite file?"""

from pathlib import Path

#: The bridge's own folder, from which `make` and a Procfile start every process.
HOME = Path(__file__).resolve().parents[2]

#: What Linux calls file systems that lie on another machine. SQLite's WAL is shared by memory, so
#: only within one machine, and their locks can't be relied on.
#: https://sqlite.org/wal.html
_ON_A_NETWORK = frozenset(
    [
        "afs",
        "beegfs",
        "ceph",
        "cifs",
        "fuse.ceph",
        "fuse.glusterfs",
        "fuse.s3fs",
        "fuse.sshfs",
        "glusterfs",
        "lustre",
        "nfs",
        "nfs4",
        "smb3",
        "smbfs",
    ]
)


def doubt(file: Path, mounts: Path = Path("/proc/self/mounts")) -> str:
    """Say why this file may not be shared, and what to do; nothing where all seems well.

    ``mounts`` is where the system lists its file systems; without it (as on macOS) none is known.
    """
    where = file.absolute()
    if not file.is_absolute() and Path.cwd() != HOME:
        return (
            f"is {where}, from the folder this was started in: web and worker share it only if "
            "both are started there. Give DATABASE_URL a whole path: sqlite:////folder/handover.db."
        )
    kind = _file_system(where, mounts)
    if kind in _ON_A_NETWORK:
        return (
            f"is {where}, on a network file system ({kind}), where SQLite can lose what was "
            "stored: keep it on a disk of the machine that web and worker both run on."
        )
    return ""


def _file_system(path: Path, mounts: Path) -> str:
    """Return the kind of the file system that holds the path."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    mounted = {}
    for line in lines:
        _, point, kind, *_ = line.split()
        mounted[Path(point.replace("\\040", " "))] = kind  # of two at one point the later one shows
    real = path.resolve()
    return next((mounted[each] for each in (real, *real.parents) if each in mounted), "")
