"""Asks STS as an ordinary boto3 program does, uses what it gets, and prints what came of it as one JSON document."""
import json
import os

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

endpoint = os.environ["AWS_ENDPOINT_URL"]


def client(service, credentials=None):
    temporary = {} if credentials is None else dict(
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
    )
    config = Config(signature_version="s3v4", s3={"addressing_style": "path"}) if service == "s3" else None
    return boto3.client(service, region_name="us-east-1", endpoint_url=endpoint, config=config, **temporary)


def code(call, *args, **kwargs):
    try:
        call(*args, **kwargs)
        return "admitted"
    except ClientError as error:
        return error.response["Error"]["Code"]


sts = client("sts")
plain = sts.get_session_token(DurationSeconds=900)["Credentials"]
s3 = client("s3", plain)
s3.create_bucket(Bucket="rooms")
for key in ("a/x", "b/x"):
    s3.put_object(Bucket="rooms", Key=key, Body=key.encode())

policy = {"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::rooms/a/*"}]}
role = dict(RoleArn="arn:aws:iam::root:role/reader", RoleSessionName="nightly")
assumed = sts.assume_role(Policy=json.dumps(policy), **role)
narrow = client("s3", assumed["Credentials"])
link = dict(ClientMethod="get_object", ExpiresIn=3600)

print(json.dumps({
    "ids": [plain["AccessKeyId"][:4], assumed["Credentials"]["AccessKeyId"][:4]],
    "expiration": plain["Expiration"].isoformat(),
    "role": assumed["AssumedRoleUser"]["Arn"].split(":", 5)[5],
    "read": narrow.get_object(Bucket="rooms", Key="a/x")["Body"].read().decode(),
    "codes": [
        code(narrow.get_object, Bucket="rooms", Key="b/x"),
        code(narrow.put_object, Bucket="rooms", Key="a/x", Body=b""),
        code(narrow.list_buckets),
        code(client("sts", plain).get_session_token),
        code(sts.get_session_token, DurationSeconds=200000),
        code(sts.assume_role, Policy='{"Statement": {"Effect": "Allow", "NotAction": "*", "Resource": "*"}}', **role),
        code(sts.assume_role, RoleArn="arn:aws:iam::other:role/reader", RoleSessionName="nightly"),
        code(client("s3", {**plain, "SessionToken": "x" * 200}).list_buckets),
    ],
    "links": [
        client("s3", assumed["Credentials"]).generate_presigned_url(Params={"Bucket": "rooms", "Key": key}, **link)
        for key in ("a/x", "b/x")
    ],
    "id": assumed["Credentials"]["AccessKeyId"],
    "token": assumed["Credentials"]["SessionToken"],
}))
