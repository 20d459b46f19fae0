"""An ordinary program that makes links to reports. Pretend that nobody can change it: it does not know about limits.

It asks for links that are valid for a day and can be downloaded any number of times. The access key that it is given decides what they
really allow.
"""
import os
import sys

import boto3
from botocore.config import Config

if len(sys.argv) != 3:
    print("usage: report_mailer.py BUCKET KEY", file=sys.stderr)
    sys.exit(2)
bucket, key = sys.argv[1:]

s3_client = boto3.client(
    "s3",
    region_name="us-east-1",
    endpoint_url=os.environ.get("AWS_ENDPOINT_URL"),
    config=Config(signature_version="s3v4"),
)

print(s3_client.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": key}, ExpiresIn=86400))
