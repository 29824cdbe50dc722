"""Writes signatures.json: requests and the headers with which botocore signs them.

Run: python tests/goldens/aws/signatures.py > tests/goldens/aws/signatures.json
"""

import datetime
import json

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

NOW = datetime.datetime(2023, 11, 14, 22, 13, 20, tzinfo=datetime.timezone.utc)
botocore.auth.get_current_datetime = lambda *args, **kwargs: NOW.replace(tzinfo=None)

KEY = ("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "")
SESSION = ("ASIAEXAMPLE", "secret/of+a+session", "token+with/chars==")
HOST = "http://127.0.0.1:9000"
CASES = [
    ("put of an object", "s3", "us-east-1", KEY, "PUT", HOST + "/bucket/key", {"x-amz-checksum-crc32": "AAAAAA=="}, "body"),
    ("key with special characters", "s3", "eu-west-1", KEY, "GET",
     HOST + "/bucket/a%20b/%2Bc%3D~d/%C3%A9//..x", {"Range": "bytes=1-2"}, ""),
    ("listing with a query", "s3", "us-east-1", SESSION, "GET",
     HOST + "/bucket?continuation-token=a%2Fb%3D%3D&encoding-type=url&list-type=2&prefix=job%2F%20x", {}, ""),
    ("subresource without a value", "s3", "us-east-1", KEY, "POST", HOST + "/bucket/key?uploads", {}, ""),
    ("bucket in the host name", "s3", "us-east-1", KEY, "HEAD", "https://bucket.s3.us-east-1.amazonaws.com/key", {}, ""),
    ("json service", "sagemaker", "us-east-1", SESSION, "POST", "https://api.sagemaker.us-east-1.amazonaws.com/",
     {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "SageMaker.ListModels"}, "{}"),
    ("runtime path", "sagemaker", "us-east-1", KEY, "POST", HOST + "/endpoints/a%20name/invocations",
     {"Content-Type": "text/csv", "Accept": "text/csv"}, "1,2,3\n"),
    ("query service", "sts", "us-east-1", KEY, "POST", HOST + "/",
     {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}, "Action=GetCallerIdentity&Version=2011-06-15"),
]


def signed(name, service, region, key, method, url, headers, body):
    request = AWSRequest(method=method, url=url, headers=dict(headers), data=body.encode())
    if service == "s3":
        request.context["client_config"] = None
        request.context["payload_signing_enabled"] = True
    signer = botocore.auth.S3SigV4Auth if service == "s3" else botocore.auth.SigV4Auth
    signer(Credentials(key[0], key[1], key[2] or None), service, region).add_auth(request)
    return {
        "name": name, "service": service, "region": region, "access_key_id": key[0], "secret_access_key": key[1],
        "session_token": key[2], "method": method, "url": url, "headers": headers, "body": body,
        "authorization": request.headers["Authorization"], "date": request.headers["X-Amz-Date"],
    }


print(json.dumps([signed(*case) for case in CASES], indent=1))
