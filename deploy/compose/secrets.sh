#!/usr/bin/env bash
# Random passwords for compose.yaml, into secrets/ beside it. What is there stays.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
mkdir -p secrets tls
chmod 700 secrets  # its files are readable: containers with users of their own mount them
password() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }
if [ -e secrets/redis_url ]; then echo "secrets/ 已有，没有改动 / exists, unchanged"; exit 0; fi
valkey=$(password); postgres=$(password)
printf 'requirepass %s\n' "$valkey" > secrets/valkey_auth
printf 'redis://:%s@valkey:6379/0' "$valkey" > secrets/redis_url
printf '%s' "$postgres" > secrets/postgres_password
printf 'postgresql://cityops:%s@postgres/cityops' "$postgres" > secrets/ledger_url
chmod 644 secrets/*
echo "已生成 secrets/；把证书放进 tls/：fullchain.pem、privkey.pem"
