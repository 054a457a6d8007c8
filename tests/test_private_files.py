"""What only the owner may read is whole on disk, or the old file stands as it was."""

import stat
import subprocess
import sys
from pathlib import Path

from sync_server.private_files import write_private

_ON_A_SMALL_DISK = """
import resource, sys
from pathlib import Path
from sync_server.private_files import write_private
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    write_private(Path(sys.argv[1]), b"new" * 4096)
except OSError:
    raise SystemExit(7)
"""


def test_a_disk_that_takes_only_a_part_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "device.json"
    write_private(path, b"old")
    ended = subprocess.run([sys.executable, "-c", _ON_A_SMALL_DISK, str(path)], check=False)
    assert (ended.returncode, path.read_bytes()) == (7, b"old")


def test_nobody_else_may_read_it_also_when_it_was_open_to_all_before(tmp_path: Path) -> None:
    path = tmp_path / "device.json"
    path.write_bytes(b"old")
    path.chmod(0o644)
    write_private(path, b"new")
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"new", 0o600)
