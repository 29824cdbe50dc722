"""A server whose disk is full: uploads get an error, nothing of them stays, what was there is whole, and it goes on."""
import os
import resource
import subprocess

import botocore.exceptions
import pytest

from conftest import Cloud
from test_kill_trials import stored_files

LIMIT = 2**20


class SmallFiles(Cloud):
    """No file of this server may grow beyond LIMIT: its writes fail in the middle."""

    def fill(self):
        resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (LIMIT, resource.RLIM_INFINITY))

    def make_room(self):
        resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


class SmallDisk(Cloud):
    """The server's data folder is a disk of its own, with about LIMIT bytes left."""

    def fill(self):
        disk = os.statvfs(self.data_dir)
        (self.data_dir / "ballast").write_bytes(b"x" * (disk.f_bavail * disk.f_frsize - LIMIT))

    def make_room(self):
        (self.data_dir / "ballast").unlink()


@pytest.fixture(params=[SmallFiles, SmallDisk])
def full_cloud(request, tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    if request.param is SmallDisk and subprocess.run(["mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", data],
                                                     capture_output=True).returncode != 0:
        pytest.skip("a small disk can be mounted by root only")
    running = request.param(data)
    yield running
    running.stop()
    if request.param is SmallDisk:
        subprocess.run(["umount", data], check=True)


def code_of(call, **arguments):
    with pytest.raises(botocore.exceptions.ClientError) as error:
        call(**arguments)
    return error.value.response["Error"]["Code"], error.value.response["ResponseMetadata"]["HTTPStatusCode"]


def test_puts_and_parts_on_a_full_disk(full_cloud):
    s3 = full_cloud.client("s3")
    s3.create_bucket(Bucket="full-disk")
    s3.put_object(Bucket="full-disk", Key="old", Body=b"old")
    full_cloud.fill()
    large = b"x" * (3 * LIMIT)
    for key in ("old", "new"):
        assert code_of(s3.put_object, Bucket="full-disk", Key=key, Body=large) == ("InternalError", 500)
    upload = s3.create_multipart_upload(Bucket="full-disk", Key="parts")["UploadId"]
    part = {"Bucket": "full-disk", "Key": "parts", "UploadId": upload, "PartNumber": 1}
    assert code_of(s3.upload_part, **part, Body=large) == ("InternalError", 500)
    assert s3.list_parts(Bucket="full-disk", Key="parts", UploadId=upload).get("Parts", []) == []

    assert [item["Key"] for item in s3.list_objects_v2(Bucket="full-disk")["Contents"]] == ["old"]
    assert s3.get_object(Bucket="full-disk", Key="old")["Body"].read() == b"old"
    assert sum(path.stat().st_size for path in stored_files(full_cloud)) == 3
    s3.put_object(Bucket="full-disk", Key="small", Body=b"small")

    full_cloud.make_room()
    etag = s3.upload_part(**part, Body=large)["ETag"]
    s3.complete_multipart_upload(Bucket="full-disk", Key="parts", UploadId=upload, MultipartUpload={"Parts": [
        {"PartNumber": 1, "ETag": etag}]})
    assert s3.get_object(Bucket="full-disk", Key="parts")["Body"].read() == large
    assert full_cloud.process.poll() is None
