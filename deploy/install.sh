#!/usr/bin/env bash
# install.sh [ROOT]: installs beside what is there and switches to it; ROOT is /opt/cityops.
# In an unpacked offline bundle it asks nothing from outside; in the source tree it asks pip's index.
# Roll back: ln -sfn ROOT/releases/OLD ROOT/current.new && mv -T ROOT/current.new ROOT/current
set -euo pipefail
root=$(realpath -m "${1:-/opt/cityops}")
cd "$(dirname "${BASH_SOURCE[0]}")/.."
python=${PYTHON:-python3}
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
  { echo "需要 Python 3.11 或更新版本，这里是 $("$python" -V)（PYTHON=python3.12 可另选）" >&2; exit 1; }
offline=()
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ -e SHA256SUMS ]; then
  sha256sum --check --quiet SHA256SUMS || { echo "离线包损坏或被改动，没有安装" >&2; exit 1; }
  here=$("$python" -c 'import sys, platform; print("%d.%d" % sys.version_info[:2], platform.machine())')
  made=$(cat MADE_FOR)
  [ "$here" = "$made" ] || { echo "离线包为 Python $made 所做，这里是 $here，没有安装" >&2; exit 1; }
  offline=(--no-index --find-links wheels)
  app=(app/*.whl)
else  # from a copy: what an earlier build left behind would be installed too
  cp -r pyproject.toml README.md dashboard layouts callbacks geo "$work/"
  app=(--no-build-isolation "$work")
fi
release=$root/releases/$(date +%Y%m%d-%H%M%S)
[ ! -e "$release" ] || { echo "$release 已存在" >&2; exit 1; }
mkdir -p "$root/releases"
trap 'rm -rf "$release"; echo "没有装成，原来的版本没有动 / nothing changed" >&2' ERR
"$python" -m venv "$release"
pip=("$release/bin/pip" --disable-pip-version-check --quiet)
"${pip[@]}" install "${offline[@]}" --require-hashes -r constraints.txt
"${pip[@]}" install "${offline[@]}" --no-deps "${app[@]}"
mkdir -p "$release/share/cityops"
cp -r deploy docs "$release/share/cityops/"
rm -rf "$release/share/cityops/deploy/compose/"{secrets,tls}
"$release/bin/cityops" --version
trap - ERR
before=$(readlink "$root/current" || true)
ln -sfn "$release" "$root/current.new"
mv -T "$root/current.new" "$root/current"
echo "已切换到 $release"
[ -z "$before" ] || echo "上一版 $before；回退：ln -sfn $before $root/current.new && mv -T $root/current.new $root/current"
