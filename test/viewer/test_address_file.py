"""The file with the page's address: its owner's alone, wherever it comes to lie."""

import pytest

from astra_core.errors import AstraError
from astra_viewer.ros.address_file import AddressFile


def test_only_the_owner_reads_it(tmp_path):
    folder = tmp_path / "astra"
    folder.mkdir(mode=0o755)
    file = AddressFile(8080, folder)
    # What somebody else put there is not written through.
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("")
    file.path.symlink_to(elsewhere)
    file.write("http://127.0.0.1:8080/?token=x")
    assert file.path.read_text() == "http://127.0.0.1:8080/?token=x\n"
    assert not file.path.is_symlink() and elsewhere.read_text() == ""
    assert file.path.stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700
    file.write("http://127.0.0.1:8080/?token=y")
    file.remove()
    file.remove()
    assert not file.path.exists()


def test_a_folder_that_is_a_link_or_a_file_is_no_place(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (tmp_path / "file").write_text("")
    for name in ("link", "file"):
        with pytest.raises(AstraError, match=name):
            AddressFile(8080, tmp_path / name).write("http://x")
    assert not list((tmp_path / "real").iterdir())


def test_it_lies_where_the_system_keeps_such_files(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert AddressFile(8081).path == tmp_path / "astra" / "page-8081"
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    assert AddressFile(8081).path.name == "page-8081"
