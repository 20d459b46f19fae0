"""Presigns whatever boto3 can call: one JSON request a line on stdin, one JSON answer a line on stdout."""
import base64
import json
import os
import sys

import boto3
from botocore.config import Config

clients = {}


def client(version):
    if version not in clients:
        clients[version] = boto3.client(
            "s3",
            region_name="us-east-1",
            endpoint_url=os.environ["AWS_ENDPOINT_URL"],
            config=Config(signature_version=version, s3={"addressing_style": "path"}),
        )
    return clients[version]


def presign(request):
    """The URL, and what botocore would have sent along with it: whoever uses the URL has to send the same."""
    s3, sent = client(request["signatureVersion"]), {}

    def keep(request, **_):
        body = request.data or b""
        body = body.read() if hasattr(body, "read") else body.encode() if isinstance(body, str) else body
        sent.update(method=request.method, headers=dict(request.headers.items()), body=body)
        # The signer for URLs would take a body for parameters of the query; none of it is signed anyway.
        request.data = b""

    s3.meta.events.register("before-sign.s3", keep, unique_id="keep")
    try:
        url = s3.generate_presigned_url(request["call"], Params=request["params"], ExpiresIn=600)
    finally:
        s3.meta.events.unregister("before-sign.s3", unique_id="keep")
    text = lambda value: value.decode("latin-1") if isinstance(value, bytes) else str(value)
    return {
        "url": url,
        "method": sent["method"],
        "headers": {name: text(value) for name, value in sent["headers"].items() if name.lower() != "content-length"},
        "body": base64.b64encode(sent["body"]).decode(),
    }


def presign_post(request):
    params = request["params"]
    return client(request["signatureVersion"]).generate_presigned_post(params["Bucket"], params["Key"], ExpiresIn=600)


for line in sys.stdin:
    try:
        asked = json.loads(line)
        value = presign_post(asked) if asked["call"] == "generate_presigned_post" else presign(asked)
        print(json.dumps({"value": value}), flush=True)
    except Exception as error:  # noqa: BLE001  the test fails with whatever it was
        print(json.dumps({"error": f"{type(error).__name__}: {error}"}), flush=True)
