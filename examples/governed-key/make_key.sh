#!/bin/sh
# Makes the key for report_mailer.py: valid in presigned URLs alone, below reports/2026/, one download for each link,
# a day at most, SigV4 alone, GET alone. Prints the two lines that the program's environment needs.
set -eu
bucket=$1
tidegate keys create --note "report mailer" --role link-only --bucket "$bucket" --prefix 2026/ \
  --max-expiry 1d --methods GET --require-v4 --uses 1 |
  awk '{ print "AWS_ACCESS_KEY_ID=" $1; print "AWS_SECRET_ACCESS_KEY=" $2 }'
