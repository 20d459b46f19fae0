#!/bin/sh
# Signs a URL with limits by hand, using only openssl, and downloads it with curl. The key may contain letters, digits and . - _ ~ /
# (anything else would have to be percent-encoded).
set -eu
if [ $# -ne 2 ]; then
  echo 'usage: openssl_and_curl.sh BUCKET KEY' >&2
  exit 2
fi

bucket=$1
key=$2
region=${AWS_REGION:-us-east-1}
host=${AWS_ENDPOINT_URL#*://}
now=$(date -u +%Y%m%dT%H%M%SZ)
day=${now%T*}
scope="$day/$region/s3/aws4_request"

# Parameters sorted by name, values encoded: exactly this is signed and sent.
query="X-Amz-Algorithm=AWS4-HMAC-SHA256"
query="$query&X-Amz-Credential=$AWS_ACCESS_KEY_ID%2F$day%2F$region%2Fs3%2Faws4_request"
query="$query&X-Amz-Date=$now&X-Amz-Expires=3600&X-Amz-SignedHeaders=host"
query="$query&x-link-id=by-hand-1&x-link-ip=127.0.0.0%2F8&x-link-uses=1"

hash() { openssl dgst -sha256 -r | cut -d ' ' -f 1; }
hmac() { printf %s "$2" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$1" -r | cut -d ' ' -f 1; }

canonical=$(printf 'GET\n/%s/%s\n%s\nhost:%s\n\nhost\nUNSIGNED-PAYLOAD' "$bucket" "$key" "$query" "$host" | hash)
to_sign=$(printf 'AWS4-HMAC-SHA256\n%s\n%s\n%s' "$now" "$scope" "$canonical")

secret=$(printf 'AWS4%s' "$AWS_SECRET_ACCESS_KEY" | od -An -v -tx1 | tr -d ' \n')
signing=$(hmac "$(hmac "$(hmac "$(hmac "$secret" "$day")" "$region")" s3)" aws4_request)
url="$AWS_ENDPOINT_URL/$bucket/$key?$query&X-Amz-Signature=$(hmac "$signing" "$to_sign")"

echo "$url" >&2
curl -fsS "$url"
