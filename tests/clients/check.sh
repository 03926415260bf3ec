# Sourced by clients written for the shell: prints what was found, and remembers whether anything was wrong.

failures=0

# check WHAT FOUND EXPECTED
check() {
  if [[ $2 == "$3" ]]; then
    printf 'ok      %s\n' "$1"
  else
    printf 'FAILED  %s: found %s, expected %s\n' "$1" "${2:-nothing}" "$3"
    failures=$((failures + 1))
  fi
}

# What the database says.
sql() { psql "$DATABASE_URL" -XAtqw -c "$1"; }

# Requests that reached the server since `mark_requests`.
mark_requests() { seen=$(wc -l <"$RIMAY_REQUESTS"); }
requests() { tail -n +"$((seen + 1))" "$RIMAY_REQUESTS"; }

# check_asked WHAT PATTERN: whether a request since the mark matches the extended regular expression.
check_asked() {
  local asked=no
  if requests | grep -qE "$2"; then asked=yes; fi
  check "$1" "$asked" yes
  if [[ $asked == no ]]; then requests | tail -n 5 | sed 's/^/        asked: /'; fi
}
