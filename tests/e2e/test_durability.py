"""kill -9 loses nothing that was acknowledged and leaves nothing that was not."""
import stat
import subprocess
import threading

import botocore.config
import botocore.exceptions


def files_of(cloud):
    return [path for path in (cloud.data_dir / "objects").rglob("*") if path.is_file()]


def test_kill_during_uploads(own_cloud):
    own_cloud.client("s3").create_bucket(Bucket="kill-bucket")
    acknowledged = {}

    def upload(worker):
        s3 = own_cloud.client("s3", config=botocore.config.Config(read_timeout=10))
        for i in range(10_000):
            body = bytes([worker]) * (1000 * (i % 50) + i)
            try:
                s3.put_object(Bucket="kill-bucket", Key=f"{worker}/{i}", Body=body)
            except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError):
                return
            acknowledged[f"{worker}/{i}"] = body

    workers = [threading.Thread(target=upload, args=(worker,)) for worker in range(4)]
    for worker in workers:
        worker.start()
    while len(acknowledged) < 60:
        workers[0].join(0.01)
    own_cloud.kill()
    for worker in workers:
        worker.join()
    own_cloud.start()
    s3 = own_cloud.client("s3")
    listed = [item["Key"] for page in s3.get_paginator("list_objects_v2").paginate(Bucket="kill-bucket")
              for item in page.get("Contents", [])]
    assert set(acknowledged) <= set(listed)
    for key in listed:
        body = s3.get_object(Bucket="kill-bucket", Key=key)["Body"].read()
        worker, i = map(int, key.split("/"))
        assert body == bytes([worker]) * (1000 * (i % 50) + i)
    own_cloud.stop()  # Waits for the sweep of orphans.
    empty = sum(1 for key in listed if key.endswith("/0"))
    assert len(files_of(own_cloud)) == len(listed) - empty


def test_one_server_a_folder_and_credentials_for_its_user_only(own_cloud):
    second = subprocess.run([own_cloud.binary, "serve", "--port", "0", "--data-dir", own_cloud.data_dir],
                            capture_output=True, text=True)
    assert second.returncode == 1
    assert "Another sagespark server uses this data folder" in second.stderr
    assert stat.S_IMODE((own_cloud.data_dir / "credentials").stat().st_mode) == 0o600


def test_port_in_use(own_cloud, tmp_path):
    second = subprocess.run([own_cloud.binary, "serve", "--port", str(own_cloud.port), "--data-dir", tmp_path / "b"],
                            capture_output=True, text=True)
    assert second.returncode == 1
    assert second.stderr.strip() == f"sagespark: Port is already in use: 127.0.0.1:{own_cloud.port}"


def test_env_tells_a_server_that_does_not_run(own_cloud):
    own_cloud.kill()
    env = subprocess.run([own_cloud.binary, "env", "--data-dir", own_cloud.data_dir], capture_output=True, text=True)
    assert (env.returncode, env.stdout) == (1, "")
    assert "No sagespark server runs" in env.stderr
    own_cloud.start()
    assert own_cloud.stop() == 0
