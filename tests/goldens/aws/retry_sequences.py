"""Writes retry_sequences.txt: what botocore's standard retry mode does with known sequences of replies.

Each line is one call of a client whose calls share a quota: the replies it meets (t: 500, h: SlowDown,
f: ValidationException, o: 200, tN/hN: the same with x-amz-retry-after N ms), the waits in milliseconds, and the quota
after it. Random numbers are 0.75 always; waits are cut to whole milliseconds.
Run: python tests/goldens/aws/retry_sequences.py > tests/goldens/aws/retry_sequences.txt
"""

from types import SimpleNamespace

from botocore.retries import quota, standard

CALLS = (
    ["o", "t o", "t t o", "t t t", "h o", "h t o", "t h h", "f", "t f", "t2000 o", "t60000 o", "h100 o"]
    + ["t t t"] * 17
    + ["o"] * 15
    + ["h o", "t t t", "h h h"]
)

adapter = standard.RetryEventAdapter()
detector = standard.ThrottlingErrorDetector(adapter)
tokens = quota.RetryQuota()
checker = standard.RetryQuotaChecker(tokens, detector)
policy = standard.RetryPolicy(
    retry_checker=standard.StandardRetryConditions(),
    retry_backoff=standard.ExponentialBackoff(random=lambda: 0.75, throttling_detector=detector),
)
operation = SimpleNamespace(name="Any", error_shapes=[], service_model=SimpleNamespace(service_name="s3"))


def reply(text):
    kind, after = text[0], text[1:]
    status, code = {"o": (200, None), "t": (500, "InternalError"), "h": (503, "SlowDown"), "f": (400, "ValidationException")}[kind]
    headers = {"x-amz-retry-after": after} if after else {}
    return SimpleNamespace(status_code=status, headers=headers), {"Error": {"Code": code}} if code else {}


for call in CALLS:
    waits = []
    request_context = {}
    for attempt, text in enumerate(call.split(), start=1):
        http, parsed = reply(text)
        context = standard.RetryContext(attempt, operation, parsed, http, None, request_context)
        if not policy.should_retry(context) or not checker.acquire_retry_quota(context):
            break
        waits.append(int(policy.compute_retry_delay(context) * 1000))
    checker.release_retry_quota(request_context, http)
    print(f"{call} | {' '.join(map(str, waits))} | {tokens.available_capacity}")
