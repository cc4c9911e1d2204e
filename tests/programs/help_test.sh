# Every program and subcommand: --help with an example and --version, both to standard output with status 0.
source "$(dirname "$0")/lib.sh"

programs=(frag fragd fragagg)
[[ ! -x $FRAG_BIN_DIR/fragtrain ]] || programs+=(fragtrain)
for program in "${programs[@]}"; do
  expect 0 "$program" --version; [[ $out == "$program "* ]] || fail "$program --version: $out"
  expect 0 "$program" --help; [[ $out == *Example:* ]] || fail "$program --help has no example"
  for command in $(sed -n '/^Subcommands:/,/^$/s/^  \([a-z]\+\) .*/\1/p' <<<"$out"); do
    expect 0 "$program" "$command" --help
    [[ $out == *"Example:"*"$program $command"* ]] || fail "$program $command --help has no example"
    expect 0 "$program" "$command" --version
  done
  expect 2 "$program" --no-such-option; says "--help"
done

# what holds where nobody says otherwise
expect 0 frag cut --help
for default in "--tile TEXT=256" "--angles TEXT=0:355:5" "--split TEXT=70/15/15" "--labels TEXT=folder"; do
  [[ $out == *"$default"* ]] || fail "frag cut --help does not say $default"
done
