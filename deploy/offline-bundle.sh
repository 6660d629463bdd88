#!/usr/bin/env bash
# offline-bundle.sh OUT.tar.gz: everything a machine without internet needs, with hashes.
# Run it from the source tree on a machine of the same kind: same CPU, same Python minor version.
# PYTHON=python3.12 chooses the Python; a mirror by PIP_INDEX_URL, as pip knows it.
set -euo pipefail
[ $# = 1 ] || { echo "用法 / usage: offline-bundle.sh OUT.tar.gz" >&2; exit 2; }
out=$(realpath -m "$1")
[ ! -e "$out" ] || { echo "$out 已存在，不覆盖 / exists" >&2; exit 2; }
cd "$(dirname "${BASH_SOURCE[0]}")/.."
python=${PYTHON:-python3}
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
bundle=$work/cityops-bundle
mkdir -p "$bundle/wheels" "$bundle/deploy" "$bundle/docs"
"$python" -m venv "$work/venv"
pip=("$work/venv/bin/pip" --disable-pip-version-check --quiet)
echo "下载 / collecting wheels …"
"${pip[@]}" download --require-hashes --only-binary :all: -r constraints.txt -d "$bundle/wheels"
echo "构建 / building cityops-wall …"
"${pip[@]}" install --no-index --find-links "$bundle/wheels" --require-hashes -r <(
  awk '/^setuptools==/{on=1} on{print} on && !/\\$/{exit}' constraints.txt)
mkdir "$work/src"  # a copy: what an earlier build left behind would be packed too
cp -r pyproject.toml README.md dashboard layouts callbacks geo "$work/src/"
"${pip[@]}" wheel --no-deps --no-build-isolation --wheel-dir "$bundle/app" "$work/src"
cp constraints.txt "$bundle/"
cp -r deploy/. "$bundle/deploy/"
rm -rf "$bundle/deploy/compose/secrets" "$bundle/deploy/compose/tls"
cp docs/*.md "$bundle/docs/"
"$python" -c 'import sys, platform; print("%d.%d" % sys.version_info[:2], platform.machine())' > "$bundle/MADE_FOR"
(cd "$bundle" && find . -type f ! -name SHA256SUMS -print0 | sort -z | xargs -0 sha256sum > SHA256SUMS)
tar -C "$work" -czf "$out.part" cityops-bundle
mv "$out.part" "$out"
echo "$out　$(du -h "$out" | cut -f1)，$(find "$bundle/wheels" "$bundle/app" -name '*.whl' | wc -l) 个包"
echo "SHA-256 $(sha256sum "$out" | cut -d' ' -f1)"
