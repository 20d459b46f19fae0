"""Presigns with botocore at given times: JSON groups on standard input, one URL for each case on standard output."""

import datetime
import json
import os
import sys
import types

# The signer in Python, whose clock can be set, and not the one in C that some systems install beside it.
os.environ["BOTO_DISABLE_CRT"] = "true"

import botocore.auth
import boto3
from botocore.config import Config

now = datetime.datetime(1970, 1, 1)


class FrozenDatetime(datetime.datetime):
    @classmethod
    def utcnow(cls):
        return now

    @classmethod
    def now(cls, tz=None):
        return now.replace(tzinfo=datetime.timezone.utc).astimezone(tz)


def freeze():
    """botocore has no clock that can be passed in; its signers read these two modules."""
    frozen = types.ModuleType("datetime")
    frozen.__dict__.update(datetime.__dict__)
    frozen.datetime = FrozenDatetime
    botocore.auth.datetime = frozen
    frozen_time = types.ModuleType("time")
    frozen_time.__dict__.update(botocore.auth.time.__dict__)
    frozen_time.time = lambda: (now - datetime.datetime(1970, 1, 1)).total_seconds()
    botocore.auth.time = frozen_time
    if hasattr(botocore.auth, "get_current_datetime"):
        botocore.auth.get_current_datetime = lambda remove_tzinfo=True: now


def urls_of(group):
    global now
    client = boto3.client(
        "s3",
        endpoint_url=group["endpoint"],
        region_name=group["region"],
        aws_access_key_id=group["accessKeyId"],
        aws_secret_access_key=group["secretAccessKey"],
        aws_session_token=group.get("sessionToken"),
        config=Config(
            signature_version=group["signatureVersion"],
            s3={"addressing_style": group["style"]},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    )
    for case in group["cases"]:
        now = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=case["signedAtSeconds"])
        yield client.generate_presigned_url(case["operation"], Params=case["params"], ExpiresIn=case["expiresIn"])


freeze()
print(json.dumps([list(urls_of(group)) for group in json.load(sys.stdin)]))
