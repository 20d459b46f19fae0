"""Adds limits to presigned URLs made by boto3: an event hook puts them into the query before it is signed."""

import sys

import boto3
from botocore.config import Config


def limit(client, **limits):
    """Limits every URL that this client presigns: limit(client, uses=1, id="invoice-8812")."""
    if client.meta.config.signature_version != "s3v4":
        # SigV2 cannot sign limits, and botocore would silently drop them.
        raise ValueError("limits need Config(signature_version='s3v4')")
    extra = {"x-link-" + name.replace("_", "-"): str(value) for name, value in limits.items()}

    def add(request, **_):
        request.params = {**(request.params or {}), **extra}

    client.meta.events.register("before-sign.s3", add, unique_id="tidegate-limits")
    return client


if __name__ == "__main__":
    if len(sys.argv) != 3:
        print("usage: boto3_limits.py BUCKET KEY", file=sys.stderr)
        sys.exit(2)
    bucket, key = sys.argv[1:]
    s3 = boto3.client("s3", config=Config(signature_version="s3v4"))
    once = limit(s3, uses=1, ip="127.0.0.0/8", id="invoice-8812")
    print(once.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": key}, ExpiresIn=3600))
