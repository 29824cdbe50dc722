"""The rule by which tools/conformance picks tests of ceph/s3-tests, on a small suite."""
import json
import pathlib
import sys

import pytest

SUPPORT = pathlib.Path(__file__).resolve().parent.parent / "conformance"
sys.path.insert(0, str(SUPPORT))
import scope  # noqa: E402

HELPERS = """
def make_bucket(client):
    client.create_bucket(Bucket='b')

def make_versions(client):
    make_bucket(client)
    client.put_bucket_versioning(Bucket='b')

def get_alt_client():
    return None
"""
TESTS = """
def test_plain(): make_bucket(get_client()); client.put_object(Bucket='b', Key='k', Body='x')
def test_by_helper(): make_versions(get_client())
def test_as_argument(): raises(ClientError, client.put_bucket_policy, Bucket='b')
def test_presigned(): client.generate_presigned_url(ClientMethod='get_object_acl', Params={'Bucket': 'b'})
def test_parameter(): raises(ClientError, client.create_bucket, Bucket='b', ACL='public-read')
def test_parameter_of_presigned(): client.generate_presigned_url(ClientMethod='put_object', Params={'ACL': 'private'})
def test_second_account(): get_alt_client().get_object(Bucket='b', Key='k')
def test_header(): headers = {'x-amz-server-side-encryption-customer-key': 'k'}; client.put_object(Bucket='b')
def test_post_object_form(): pass
def test_marked(): client.get_object(Bucket='b', Key='k')
"""


@pytest.fixture
def rule(tmp_path):
    (tmp_path / "helpers.py").write_text(HELPERS)
    (tmp_path / "test_some.py").write_text(TESTS)
    return scope.Scope([tmp_path / "helpers.py", tmp_path / "test_some.py"])


@pytest.mark.parametrize("name, markers, reason", [
    ("test_plain", set(), None),
    ("test_plain", {"fails_on_rgw"}, None),
    ("test_by_helper", set(), ("operation", "PutBucketVersioning")),
    ("test_as_argument", set(), ("operation", "PutBucketPolicy")),
    ("test_presigned", set(), ("operation", "GetObjectAcl")),
    ("test_parameter", set(), ("parameter", "ACL")),
    ("test_parameter_of_presigned", set(), ("parameter", "ACL")),
    ("test_second_account", set(), ("helper", "get_alt_client")),
    ("test_header", set(), ("header", "x-amz-server-side-encryption")),
    ("test_post_object_form", set(), ("test", "test_post_object_*")),
    ("test_marked", {"fails_on_aws"}, ("marker", "fails_on_aws")),
])
def test_leaves_out_what_is_not_offered(rule, name, markers, reason):
    found = rule.reasons(name, markers)
    assert found == ([reason] if reason else [])
    for each in found:
        assert len(rule.reason_text(*each)) > 10


def test_every_operation_of_the_rule_exists_and_every_failure_has_a_reason():
    rule = json.loads((SUPPORT / "s3_tests.json").read_text())
    assert set(rule["operations"]) <= set(scope.operation_names().values())
    assert all(len(reason) > 10 for reason in rule["known_failures"].values())
