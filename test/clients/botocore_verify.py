"""Verifies presigned URLs with botocore's own canonicalisation: JSON lines on standard input, "ok" or what differs on standard output."""

import hmac
import json
import sys
from urllib.parse import parse_qsl, urlsplit

import botocore.auth
import botocore.awsrequest
import botocore.credentials


def judge(case):
    parts = urlsplit(case["url"])
    # An S3 server knows nothing of parameters that are not its own: all of them are signed as they stand.
    query = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=True)
    given = dict(query)
    signature = given["X-Amz-Signature"]
    kept = "&".join(pair for pair in parts.query.split("&") if not pair.startswith("X-Amz-Signature="))
    scope = given["X-Amz-Credential"].split("/")
    credentials = botocore.credentials.Credentials(scope[0], case["secret"])
    signer = botocore.auth.S3SigV4QueryAuth(credentials, scope[3], scope[2], expires=int(given["X-Amz-Expires"]))
    request = botocore.awsrequest.AWSRequest(
        method=case["method"], url=parts._replace(query=kept).geturl(), headers={"host": parts.netloc}
    )
    request.context["timestamp"] = given["X-Amz-Date"]
    canonical = signer.canonical_request(request)
    expected = signer.signature(signer.string_to_sign(request, canonical), request)
    return "ok" if hmac.compare_digest(expected, signature) else canonical


for line in sys.stdin:
    print(json.dumps(judge(json.loads(line))))
