#!/bin/sh
# `make lint`: every check, each named; goes on after a failure and ends with 1 if there was one.
failed=""

step() {
  name=$1; shift
  if output=$("$@" 2>&1); then
    echo "ok      $name"
  else
    failed="$failed
  - $name"
    printf 'FAILED  %s\n%s\n\n' "$name" "$output"
  fi
}

migrations() {
  DATABASE_URL=sqlite://:memory: python sandbox/manage.py makemigrations --check --dry-run
}

production() {
  # The values are examples: this checks the settings, not a server.
  SECRET_KEY=$(python -c 'import secrets; print(secrets.token_urlsafe(64))') \
  ALLOWED_HOSTS=clinic.example SITE_URL=https://clinic.example \
  DATABASE_URL=sqlite://:memory: DJANGO_SETTINGS_MODULE=sandbox.settings.production \
    python sandbox/manage.py check --deploy --fail-level WARNING
}

scripts() {
  find wagtail_asyncpt sandbox -name '*.js' -not -path '*/vendor/*' | while read -r file; do
    if grep -qE '^(import|export) ' "$file"; then
      node --input-type=module --check < "$file" || exit 1
    else
      node --check "$file" || exit 1
    fi
  done
}

step "ruff check" ruff check .
step "ruff format" ruff format --check .
step "mypy" mypy
step "djlint" djlint --lint --quiet wagtail_asyncpt sandbox
step "import-linter" lint-imports
step "makemigrations --check" migrations
step "check" python sandbox/manage.py check --fail-level WARNING
step "check --deploy" production
step "mkdocs --strict" mkdocs build --strict --site-dir build/site
if command -v node >/dev/null; then
  step "node --check" scripts
else
  echo "left out: node --check (node is not installed)"
fi

[ -z "$failed" ] || { echo "Failed:$failed"; exit 1; }
