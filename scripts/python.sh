#!/bin/sh
# Runs its arguments with the first Python on this machine that the bridge can use. PYTHON overrides.
# Each candidate is really run: a name on the PATH may be a shim with nothing behind it.
for candidate in ${PYTHON:-python3 python3.11 python3.12 python3.13 python3.14 python}; do
    if "$candidate" -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
        exec "$candidate" "$@"
    fi
done
echo "No Python 3.11 or newer found (tried: ${PYTHON:-python3 and python3.11 to python3.14})." \
    "Install one, or name it: PYTHON=/path/to/python make …" >&2
exit 1
