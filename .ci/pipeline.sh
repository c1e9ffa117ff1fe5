# shellcheck shell=bash
# What the scripts of the pipelines share: sourced, not run. On GitHub outputs, summary and annotations go where GitHub reads
# them; by hand they go to the terminal, or nowhere.

die() {
  echo "${0##*/}: $*" >&2
  annotate "${0##*/}" "$*"
  exit 1
}

# output NAME VALUE: for the jobs that follow. One line, whatever the value came from.
output() {
  case $2 in *$'\n'*) die "output $1 has more than one line" ;; esac
  printf '%s=%s\n' "$1" "$2" >>"${GITHUB_OUTPUT:-/dev/stdout}"
}

# Standard input, as Markdown, on the page of the run.
summary() { cat >>"${GITHUB_STEP_SUMMARY:-/dev/null}"; }

# annotate TITLE MESSAGE
annotate() {
  [ -n "${GITHUB_ACTIONS:-}" ] || return 0
  local message=${2//'%'/'%25'}
  message=${message//$'\r'/'%0D'}
  printf '::error title=%s::%s\n' "$1" "${message//$'\n'/'%0A'}"
}

# inventory_of ENVIRONMENT: its inventory, when the name is one.
inventory_of() {
  [[ $1 =~ ^[a-z][a-z0-9-]*$ && -d inventories/$1 ]] ||
    die "ENVIRONMENT='$1' is none: say ENVIRONMENT=$(find inventories -mindepth 1 -maxdepth 1 -type d -printf '%f\n' | sort | paste -sd '|')"
  if [ "$1" = local ]; then lab_inventory; else echo "inventories/$1"; fi
}

# The lab that LAB_NAME names: a further one beside the first has written an inventory of its own.
lab_inventory() {
  local name=${LAB_NAME:-echodiary}
  if [ "$name" = echodiary ]; then
    echo inventories/local
  elif [ -d ".lab/$name/inventory" ]; then
    echo ".lab/$name/inventory"
  else
    die "lab '$name' is not there: make up, with the same LAB_NAME, LAB_SUBNET and LAB_PORT_OFFSET"
  fi
}

pin_of() { echo "inventories/$1/group_vars/all/release.yml"; }

# image_in: the image that a pin on standard input names; nothing where it names none.
image_in() { sed -n 's/^echodiary_image: *//p' | sed 's/^["'\'']//; s/["'\''] *$//'; }

# A tag, a digest, or a whole reference; never something that a template or a shell could read as more.
check_release() {
  [[ -z $1 || $1 =~ ^[A-Za-z0-9][A-Za-z0-9._/:@-]*$ ]] || die "RELEASE='$1' is no tag, digest or image"
}
