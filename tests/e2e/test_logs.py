"""Log groups of one's own through boto3 and the AWS CLI: made, written, searched, deleted.

boto3 does not validate replies: every raw body is checked against botocore's own shapes.
"""
import json
import time

import pytest

from test_sagemaker import check_body


@pytest.fixture
def logs(cloud):
    client = cloud.client("logs")
    client.meta.events.register("before-parse", check_body)
    return client


def test_groups_of_ones_own_are_written_and_searched(logs, cloud):
    logs.create_log_group(logGroupName="/mine")
    for stream in ("a", "b"):
        logs.create_log_stream(logGroupName="/mine", logStreamName=stream)
    now = int(time.time() * 1000)
    for index in range(6):
        logs.put_log_events(logGroupName="/mine", logStreamName="ab"[index % 2], logEvents=[
            {"timestamp": now + index, "message": f"{'ERROR' if index % 3 == 0 else 'INFO'} {index}"}])
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName="/mine", filterPattern="ERROR", PaginationConfig={"PageSize": 1})
    assert [(event["logStreamName"], event["message"]) for page in pages for event in page["events"]] == [("a", "ERROR 0"), ("b", "ERROR 3")]
    told = json.loads(cloud.aws("logs", "filter-log-events", "--log-group-name", "/mine", "--log-stream-names", "b").stdout)
    assert [event["message"] for event in told["events"]] == ["INFO 1", "ERROR 3", "INFO 5"]
    streams = logs.describe_log_streams(logGroupName="/mine", orderBy="LastEventTime", descending=True)["logStreams"]
    assert [(stream["logStreamName"], stream["lastEventTimestamp"]) for stream in streams] == [("b", now + 5), ("a", now + 4)]
    logs.delete_log_stream(logGroupName="/mine", logStreamName="a")
    assert [stream["logStreamName"] for stream in logs.describe_log_streams(logGroupName="/mine")["logStreams"]] == ["b"]
    logs.delete_log_group(logGroupName="/mine")
    with pytest.raises(logs.exceptions.ResourceNotFoundException):
        logs.get_log_events(logGroupName="/mine", logStreamName="b")
