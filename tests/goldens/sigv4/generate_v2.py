"""Writes presigned_v2.json: URLs presigned by botocore with Signature Version 2, for the test of our verification.

The key pair is the example one of AWS's documentation. Made at 2015-08-30T12:36:00Z, good for an hour.
"""
import json
import pathlib

import botocore.auth
import botocore.awsrequest
import botocore.credentials

KEY, SECRET, TOKEN = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "token/+="
NOW = 1440938160
CASES = [
    ("get", "GET", "http://127.0.0.1/bucket/k", "/bucket/k", {}, None),
    ("odd key", "GET", "http://127.0.0.1/bucket/a%20b%2B%C3%A9", "/bucket/a%20b%2B%C3%A9", {}, None),
    ("overrides", "GET", "http://127.0.0.1/bucket/k?response-content-type=a%2Fb%20c&response-expires=x", "/bucket/k", {}, None),
    ("part", "PUT", "http://127.0.0.1/bucket/k?uploadId=u%2Bv&partNumber=3", "/bucket/k", {}, None),
    ("list", "GET", "http://127.0.0.1/bucket?list-type=2&prefix=a%2Fb", "/bucket", {}, None),
    ("virtual host", "GET", "http://bucket.localhost/k", "/bucket/k", {}, None),
    ("metadata", "PUT", "http://127.0.0.1/bucket/k", "/bucket/k", {"Content-Type": "a/b", "x-amz-meta-m": "v 1"}, None),
    ("session token", "GET", "http://127.0.0.1/bucket/k", "/bucket/k", {}, TOKEN),
]


def sign(method, url, auth_path, headers, token):
    request = botocore.awsrequest.AWSRequest(method, url, headers=dict(headers), auth_path=auth_path)
    signer = botocore.auth.HmacV1QueryAuth(botocore.credentials.Credentials(KEY, SECRET, token), expires=3600)
    signer.add_auth(request)
    sent = {"content_type": headers["Content-Type"]} if "Content-Type" in headers else {}
    return {"method": method, "signed_path": auth_path, "target": "/" + request.url.split("/", 3)[3]} | sent


def main():
    botocore.auth.time.time = lambda: NOW
    cases = [{"name": name} | sign(*request) for name, *request in CASES]
    pathlib.Path(__file__).with_name("presigned_v2.json").write_text(json.dumps(cases, indent=1) + "\n")


main()
