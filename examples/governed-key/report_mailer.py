"""An ordinary program that mails links to reports: nobody can change it, and it knows nothing of limits.

It asks for a day and any number of downloads. What its links really allow, the access key says that it was given.
"""
import os
import sys

import boto3
from botocore.config import Config

bucket, key = sys.argv[1], sys.argv[2]

s3_client = boto3.client(
    "s3",
    region_name="us-east-1",
    endpoint_url=os.environ.get("AWS_ENDPOINT_URL"),
    config=Config(signature_version="s3v4"),
)

print(s3_client.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": key}, ExpiresIn=86400))
