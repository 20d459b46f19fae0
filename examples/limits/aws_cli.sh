#!/bin/sh
# `aws s3 presign` has no room for limits. With the credentials of a governed key its links have them all the same.
# usage: aws_cli.sh BUCKET KEY    (with the key of an owner in the environment)
set -eu

tidegate keys create --role link-only --bucket "$1" --note 'for aws s3 presign' --max-expiry 1d --uses 1 --ip 127.0.0.0/8 |
  {
    IFS="$(printf '\t')" read -r id secret
    AWS_ACCESS_KEY_ID=$id AWS_SECRET_ACCESS_KEY=$secret aws s3 presign "s3://$1/$2" --expires-in 3600 --region eu-central-1
  }
