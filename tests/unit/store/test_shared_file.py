from pathlib import Path

import pytest

from messenger_app.store.shared_file import HOME, doubt

MOUNTS = r"""
overlay / overlay rw 0 0
server:/export /mnt/all\040of\040us nfs4 rw 0 0
/dev/sdb1 /mnt/all\040of\040us/local ext4 rw 0 0
//server/share /srv cifs rw 0 0
"""


@pytest.fixture
def mounts(tmp_path: Path) -> Path:
    listed = tmp_path / "mounts"
    listed.write_text(MOUNTS.strip())
    return listed


@pytest.mark.parametrize(
    ("file", "kind"), [("/mnt/all of us/handover.db", "nfs4"), ("/srv/a/handover.db", "cifs")]
)
def test_a_file_on_another_machine_is_doubted(mounts: Path, file: str, kind: str) -> None:
    assert f"on a network file system ({kind})" in doubt(Path(file), mounts)


@pytest.mark.parametrize("file", ["/data/handover.db", "/mnt/all of us/local/handover.db"])
def test_a_file_on_a_disk_of_this_machine_is_not(mounts: Path, file: str) -> None:
    assert doubt(Path(file), mounts) == ""


def test_a_system_that_lists_no_file_systems_is_taken_at_its_word(tmp_path: Path) -> None:
    assert doubt(tmp_path / "handover.db", tmp_path / "missing") == ""


def test_a_file_that_depends_on_the_folder_is_doubted_and_named(
    tmp_path: Path, mounts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert f"is {tmp_path}/var/handover.db, " in doubt(Path("var/handover.db"), mounts)


def test_the_default_is_well_where_everything_is_started_from(
    mounts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(HOME)
    assert doubt(Path("var/handover.db"), mounts) == ""
