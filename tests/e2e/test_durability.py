"""One server a data folder and a port, and what of a server that was killed is left. What it acknowledged: see test_kill_trials.py."""
import stat
import subprocess


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
