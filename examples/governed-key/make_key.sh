#!/bin/sh
# Makes the key for report_mailer.py. The key works only in presigned URLs, for GET, signed with SigV4, for keys with the prefix 2026/;
# each link allows one download and is valid for at most a day. Prints the two lines that the program's environment needs.
set -eu
if [ $# -ne 1 ]; then
  echo 'usage: make_key.sh BUCKET' >&2
  exit 2
fi
bucket=$1
tidegate keys create --note "report mailer" --role link-only --bucket "$bucket" --prefix 2026/ \
  --max-expiry 1d --methods GET --require-v4 --uses 1 |
  awk '{ print "AWS_ACCESS_KEY_ID=" $1; print "AWS_SECRET_ACCESS_KEY=" $2 }'
