"""Makes a presigned URL in the older form of Signature Version 2, valid for an hour, and fetches it without credentials."""
import os
import sys

import boto3
import requests
from botocore.config import Config

if len(sys.argv) != 3:
    print("usage: presigned_url_v2.py BUCKET KEY", file=sys.stderr)
    sys.exit(2)
bucket, key = sys.argv[1:]

s3_client = boto3.client(
    "s3",
    region_name="ap-south-1",
    endpoint_url=os.environ.get("AWS_ENDPOINT_URL"),
    config=Config(signature_version="s3"),
)

presigned_url = s3_client.generate_presigned_url(
    "get_object",
    Params={"Bucket": bucket, "Key": key},
    ExpiresIn=3600,
)
print("URL:", presigned_url)

response = requests.get(presigned_url)
response.raise_for_status()
print("Body:", response.text)
