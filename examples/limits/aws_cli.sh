#!/bin/sh
# `aws s3 presign` has no option for limits. With the credentials of a governed key, its links are limited anyway.
# Needs an owner's key in the environment.
set -eu
if [ $# -ne 2 ]; then
  echo 'usage: aws_cli.sh BUCKET KEY' >&2
  exit 2
fi

tidegate keys create --role link-only --bucket "$1" --note 'for aws s3 presign' --max-expiry 1d --uses 1 --ip 127.0.0.0/8 |
  {
    IFS="$(printf '\t')" read -r id secret
    AWS_ACCESS_KEY_ID=$id AWS_SECRET_ACCESS_KEY=$secret aws s3 presign "s3://$1/$2" --expires-in 3600 --region eu-central-1
  }
