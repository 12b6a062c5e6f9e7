"""The installation's keys: a file that only its owner can read, a signature for each purpose."""

import stat
from pathlib import Path

import pytest

from gatelodge.service.keys import FILE_NAME, Key, KeyFileError, KeyRing


def test_a_key_is_made_on_first_start_for_its_owner_alone(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path / "data" / "new")
    assert ring.path == tmp_path / "data" / "new" / FILE_NAME
    assert stat.S_IMODE(ring.path.stat().st_mode) == 0o600
    assert [len(key.secret) for key in ring.keys] == [32]


def test_the_next_start_finds_the_same_key(tmp_path: Path) -> None:
    first, second = KeyRing(tmp_path), KeyRing(tmp_path)
    assert first.keys == second.keys
    assert second.verify("csrf", b"message", first.sign("csrf", b"message"))


def test_each_installation_has_a_key_of_its_own(tmp_path: Path) -> None:
    ours, theirs = KeyRing(tmp_path / "ours"), KeyRing(tmp_path / "theirs")
    assert not ours.verify("csrf", b"message", theirs.sign("csrf", b"message"))


def test_a_signature_counts_for_its_purpose_and_message_alone(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    signature = ring.sign("csrf", b"message")
    assert ring.verify("csrf", b"message", signature)
    assert not ring.verify("once", b"message", signature)
    assert not ring.verify("csrf", b"massage", signature)
    assert not ring.verify("csrf", b"", signature)
    assert not ring.verify("csr", b"fmessage", signature)


def test_what_is_no_signature_of_ours_does_not_count(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    signature = ring.sign("csrf", b"message")
    key_id, _, mac = signature.partition(".")
    for forged in ("", ".", key_id, f"{key_id}.", f".{mac}", mac, f"00000000.{mac}", signature[:-1], f"{signature}="):
        assert not ring.verify("csrf", b"message", forged)
    for forged in (f"{signature}\n", f" {signature}", signature.replace(".", "·"), f"{key_id}.\ud800", f"{key_id}.é"):
        assert not ring.verify("csrf", b"message", forged)


def test_after_a_rotation_the_old_key_checks_what_it_signed_and_the_new_one_signs(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    before = ring.sign("csrf", b"message")
    made = ring.rotate()
    after = ring.sign("csrf", b"message")
    assert ring.keys[-1] == made
    assert after.startswith(f"{made.id}.")
    assert before != after
    assert ring.verify("csrf", b"message", before)
    assert ring.verify("csrf", b"message", after)
    assert KeyRing(tmp_path).keys == ring.keys
    assert stat.S_IMODE(ring.path.stat().st_mode) == 0o600


def test_a_process_that_did_not_rotate_knows_the_new_key_when_it_meets_it(tmp_path: Path) -> None:
    here, there = KeyRing(tmp_path), KeyRing(tmp_path)
    there.rotate()
    assert here.verify("csrf", b"message", there.sign("csrf", b"message"))


@pytest.mark.parametrize(
    "damage",
    [
        b"\n",
        b"0a1b2c3d 1700000000\n",
        b"0a1b2c3d then AAAA\n",
        b"0a1b2c3d 1700000000 !!!!\n",
        b"0a1b2c3d 1700000000 \xff\n",
        b"0a1b2c3d 1700000000 \n",
        b"0a1b2c3d 1700000000 AAAA\n",
    ],
)
def test_a_damaged_file_stops_the_start_instead_of_weakening_the_keys(tmp_path: Path, damage: bytes) -> None:
    path = KeyRing(tmp_path).path
    whole = path.read_bytes()
    path.write_bytes(whole + damage)
    with pytest.raises(KeyFileError, match="damaged"):
        KeyRing(tmp_path)
    assert path.read_bytes() == whole + damage


def test_where_the_file_cannot_be_it_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(KeyFileError, match="can't be"):
        KeyRing(tmp_path / "file")
    (tmp_path / "folder" / FILE_NAME).mkdir(parents=True)
    with pytest.raises(KeyFileError, match="can't be read"):
        KeyRing(tmp_path / "folder")
    (tmp_path / "dangling").mkdir()
    (tmp_path / "dangling" / FILE_NAME).symlink_to(tmp_path / "nowhere" / "x")
    with pytest.raises(KeyFileError, match="can't be written"):
        KeyRing(tmp_path / "dangling")


def test_a_key_keeps_its_secret_to_itself() -> None:
    assert repr(Key("0a1b2c3d", 1, b"secret")) == "Key(0a1b2c3d)"
