"""Writes requests.json: requests signed by botocore, for the test of our verification.

The key pair is the example one of AWS's documentation.
"""
import datetime
import json
import pathlib

import botocore.auth
import botocore.awsrequest
import botocore.credentials

KEY, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
NOW = datetime.datetime(2015, 8, 30, 12, 36, 0)
CASES = [
    ("vanilla", "GET", "/", {}, b"", "service"),
    ("query order", "GET", "/?Param2=value2&Param1=value1&Param1=value0", {}, b"", "service"),
    ("empty values", "GET", "/?uploads&b=", {}, b"", "s3"),
    ("encoded query", "GET", "/b?prefix=a%20b%2Fc%2B%C3%A9&list-type=2&delimiter=%2F", {}, b"", "s3"),
    ("utf-8 path", "GET", "/%E1%88%B4", {}, b"", "service"),
    ("spaces in a path", "GET", "/example%20space/", {}, b"", "service"),
    ("dot segments", "GET", "/example1/example2/../..//a/./b", {}, b"", "service"),
    ("s3 keeps dot segments", "GET", "/bucket/a/../b//c", {}, b"", "s3"),
    ("s3 odd key", "PUT", "/bucket/a%2Bb%20%28c%29%21%27%2A~", {"Content-Type": "text/plain"}, b"body", "s3"),
    ("header spaces", "GET", "/", {"My-Header1": "  a   b   c  ", "My-Header2": '"a   b"'}, b"", "service"),
    ("json post", "POST", "/", {"X-Amz-Target": "SageMaker.ListModels", "Content-Type": "application/x-amz-json-1.1"},
     b"{}", "sagemaker"),
]


def sign(method, target, headers, body, service, presign):
    botocore.auth.get_current_datetime = lambda remove_tzinfo=True: NOW
    request = botocore.awsrequest.AWSRequest(method, "http://example.amazonaws.com" + target, data=body,
                                             headers=dict(headers))
    credentials = botocore.credentials.Credentials(KEY, SECRET)
    if presign:
        signer = botocore.auth.S3SigV4QueryAuth(credentials, service, "us-east-1", expires=60)
    else:
        signer = (botocore.auth.S3SigV4Auth if service == "s3" else botocore.auth.SigV4Auth)(
            credentials, service, "us-east-1")
    signer.add_auth(request)
    sent = {"Host": "example.amazonaws.com"} | dict(request.headers.items())
    return {"method": method, "target": request.url.removeprefix("http://example.amazonaws.com"), "headers": sent,
            "body": body.decode()}


def main():
    cases = [{"name": name} | sign(*request, presign=False) for name, *request in CASES]
    cases.append({"name": "presigned"} | sign("GET", "/bucket/a%20b?response-content-type=a%2Fb", {}, b"", "s3",
                                              presign=True))
    path = pathlib.Path(__file__).with_name("requests.json")
    path.write_text(json.dumps(cases, indent=1, ensure_ascii=True) + "\n")


main()
