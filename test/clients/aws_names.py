"""Signs for AWS's own host names with boto3 and fetches each URL with requests through an HTTP proxy that is the server itself."""
import json
import os
import sys

import boto3
import requests
from botocore.config import Config

proxy = {"http": f"http://127.0.0.1:{sys.argv[1]}"}
os.environ.pop("AWS_ENDPOINT_URL", None)
os.environ.pop("NO_PROXY", None)


def client(endpoint, region, style, version):
    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name=region,
        config=Config(signature_version=version, s3={"addressing_style": style}, proxies=proxy),
    )


first = client("http://s3.ap-south-1.amazonaws.com", "ap-south-1", "path", "s3v4")
first.create_bucket(Bucket="aws-names", CreateBucketConfiguration={"LocationConstraint": "ap-south-1"})
first.put_object(Bucket="aws-names", Key="by name.txt", Body=b"by an AWS name")

rows = []
for endpoint, region in [
    ("http://s3.amazonaws.com", "us-east-1"),
    ("http://s3.ap-south-1.amazonaws.com", "ap-south-1"),
    ("http://s3-eu-west-1.amazonaws.com", "eu-west-1"),
]:
    for style in ["path", "virtual"]:
        for version in ["s3v4", "s3"]:
            url = client(endpoint, region, style, version).generate_presigned_url(
                "get_object", Params={"Bucket": "aws-names", "Key": "by name.txt"}, ExpiresIn=3600
            )
            answer = requests.get(url, proxies=proxy)
            rows.append({"host": url.split("/")[2], "style": style, "proxied": answer.text, "url": url})

# Without an endpoint boto3 chooses the name itself: the global one, also for keys of another region.
for region in ["us-east-1", "ap-south-1"]:
    for version in ["s3v4", "s3"]:
        for choice in [
            {},
            {"s3": {"addressing_style": "path"}},
            {"s3": {"addressing_style": "virtual"}},
            {"use_dualstack_endpoint": True},
            {"s3": {"use_accelerate_endpoint": True}},
            {"s3": {"use_accelerate_endpoint": True}, "use_dualstack_endpoint": True},
            *([{"use_fips_endpoint": True}] if region == "us-east-1" else []),
        ]:
            s3 = boto3.client("s3", region_name=region, config=Config(signature_version=version, **choice))
            url = s3.generate_presigned_url("get_object", Params={"Bucket": "aws-names", "Key": "by name.txt"})
            # No signature covers the scheme, so that a proxy without a certificate can be the server.
            answer = requests.get(url.replace("https://", "http://", 1), proxies=proxy)
            rows.append({"host": url.split("/")[2], "style": "chosen", "proxied": answer.text, "url": url})
print(json.dumps(rows))
