"""Drives boto3 for the tests: one JSON request a line on stdin, one JSON answer a line on stdout."""
import base64
import json
import os
import sys

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config


def client(request):
    return boto3.client(
        "s3",
        region_name=request.get("region") or "us-east-1",
        endpoint_url=os.environ["AWS_ENDPOINT_URL"],
        aws_access_key_id=request.get("accessKeyId") or os.environ["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=request.get("secretAccessKey") or os.environ["AWS_SECRET_ACCESS_KEY"],
        config=Config(signature_version=request["signatureVersion"], s3={"addressing_style": "path"}),
    )


def answer(request):
    s3, do = client(request), request["do"]
    bucket, key = request.get("bucket"), request.get("key")
    if do == "makeBucket":
        s3.create_bucket(Bucket=bucket)
    elif do == "removeBucket":
        s3.delete_bucket(Bucket=bucket)
    elif do == "put":
        s3.put_object(Bucket=bucket, Key=key, Body=request["text"].encode())
    elif do == "get":
        return base64.b64encode(s3.get_object(Bucket=bucket, Key=key)["Body"].read()).decode()
    elif do == "list":
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, PaginationConfig={"PageSize": 2})
        return [entry["Key"] for page in pages for entry in page.get("Contents", [])]
    elif do == "remove":
        s3.delete_object(Bucket=bucket, Key=key)
    elif do == "putFile":
        s3.upload_file(request["file"], bucket, key, Config=TransferConfig(multipart_chunksize=8 << 20))
    elif do == "getFile":
        s3.download_file(bucket, key, request["file"])
    elif do == "presignParams":
        params = {"Bucket": request["bucket"], **request["params"]}
        return s3.generate_presigned_url(request["operation"], Params=params, ExpiresIn=600)
    elif do == "presign":
        return s3.generate_presigned_url(
            request["operation"], Params={"Bucket": bucket, "Key": key}, ExpiresIn=request["expiresInSeconds"]
        )
    else:
        raise ValueError(do)
    return None


for line in sys.stdin:
    try:
        print(json.dumps({"value": answer(json.loads(line))}), flush=True)
    except Exception as error:  # noqa: BLE001  the test fails with whatever it was
        print(json.dumps({"error": f"{type(error).__name__}: {error}"}), flush=True)
