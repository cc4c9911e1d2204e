# frag check: planted leaks, its exit statuses, its JSON, and the session that its document shows.
source "$(dirname "$0")/lib.sh"

small_dataset one
expect 0 frag check one; [[ $out == *"clean "* ]] || fail "a clean dataset: $out"
expect 0 frag check one --json; equal "$(jq -c '[.clean, .compared.sources, .compared.symmetries]' <<<"$out")" '[true,12,8]' "its JSON"

# Copies of one picture, made by another program, on the other side of a split by hand.
mkdir -p planted/cells
cp one.images/cells/*.png one.images/fibres/*.png planted/cells/
/usr/bin/python3 - <<'END'
import cv2
picture = cv2.imread("planted/cells/cells-000.png", cv2.IMREAD_GRAYSCALE)
copies = {"same.png": None, "jpeg.jpg": picture, "turned.png": cv2.rotate(picture, cv2.ROTATE_90_COUNTERCLOCKWISE),
          "mirrored.png": cv2.flip(picture, 1), "half.png": cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA),
          "cropped.png": picture[4:, 5:], "contrast.png": cv2.convertScaleAbs(picture, alpha=0.8, beta=20)}
for name, pixels in copies.items():
    if pixels is None:
        open("planted/cells/copy-" + name, "wb").write(open("planted/cells/cells-000.png", "rb").read())
    else:
        cv2.imwrite("planted/cells/copy-" + name, pixels)
END
frag cut planted two --tile 64 --angles 0 --split 50/50 >cut.out
# The table is plain text: an unaware hand puts the copies on the other side, and writes the digests again.
before=$(sha256sum <two/sources.jsonl | cut -c1-64)
jq -c '.split = (if .name | contains("copy-") then "test" else "train" end)' two/sources.jsonl >table && mv table two/sources.jsonl
sed -i "s/$before/$(sha256sum <two/sources.jsonl | cut -c1-64)/" two/dataset.json
expect 9 frag check two --json; says "7 leaks across sides"; says "--group"
equal "$(jq -c '[.findings[] | .second | ltrimstr("cells/copy-")] | sort' <<<"$out")" \
  '["contrast.png","cropped.png","half.png","jpeg.jpg","mirrored.png","same.png","turned.png"]' "copies found"
equal "$(jq -r '[.findings[].first] | unique[]' <<<"$out")" cells/cells-000.png "what they are copies of"
equal "$(jq -r '.findings[] | select(.second | contains("turned")) | .symmetry' <<<"$out")" "turned by 90 degrees" "the turn"
expect 9 frag check two; [[ $out == *"leak      file: train cells/cells-000.png | test cells/copy-same.png"* ]] || fail "the text: $out"

# What cannot be asked is refused.
expect 2 frag check one --near 65
expect 2 frag check one --likeness 0
expect 4 frag check nowhere

# Names and a slide's label are warnings and change no status.
mkdir -p named/cells
i=0; for picture in one.images/cells/*.png; do cp "$picture" "named/cells/patient-$((i += 1)).png"; done
frag cut named three --tile 64 --angles 0 --split 50/50 >cut.out
expect 0 frag check three; [[ $out == *"warning   name: 4 x "*"patient-1.png (a patient's number)"* ]] || fail "names: $out"
[[ $out == *"no leaks"* ]] || fail "warnings beside \"clean\" are not explained: $out"

# The session in the document.
sed -n '/^```sh$/,/^```$/p' "$FRAG_SOURCE_DIR/docs/checking.md" | grep -v '^```' >session.sh
[[ -s session.sh ]] || fail "docs/checking.md has no session"
expect 0 bash -eu session.sh
