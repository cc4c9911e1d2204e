// How fragments are changed while a network learns, so that it sees more than there is. Pure functions of
// their seeds; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "libfrag/image/image.h"

namespace frag::trainer {

// The eight symmetries of the square; exact, so a turned fragment is as good as a fragment. Bits:
inline constexpr std::uint8_t kMirrorX = 1;    // x -> edge - 1 - x
inline constexpr std::uint8_t kMirrorY = 2;    // y -> edge - 1 - y
inline constexpr std::uint8_t kTranspose = 4;  // x and y swapped, before the mirrors

struct Augmentation {
  bool mirror = false;  // left and right swapped, every other time
  bool turns = false;   // one of the eight symmetries: fragments know no up
  bool rotate = false;  // any angle, rendered from the source
  double light = 0;  // contrast times 1 - light to 1 + light, and brighter or darker by up to light * 127.5
  double blur = 0;   // a Gaussian of deviation 0 to blur, in pixels of the network's input
  double noise = 0;  // normal, of deviation 0 to noise * 255, every sample its own

  bool changes_pixels() const { return light > 0 || blur > 0 || noise > 0; }
  bool operator==(const Augmentation&) const = default;
};

// Words with commas between them, strengths behind a colon: "turns", "mirror,light:0.3,noise", "none".
// Without a strength light is 0.2, blur 1, noise 0.05. Errc::usage that lists the words.
Augmentation parse_augmentation(std::string_view text);

// The reverse, every strength stated; "none" for none.
std::string to_text(const Augmentation& augmentation);

// For the fragment at `position` of an epoch.
std::uint64_t augmentation_seed(std::uint64_t seed, std::int64_t epoch, std::uint64_t position);

// One symmetry, or 0 where neither `mirror` nor `turns` is asked for.
std::uint8_t drawn_symmetry(const Augmentation& augmentation, std::uint64_t seed);

// Blurs, lights and adds noise, in this order, as a camera would. `pixels` have 8 bits.
void change_pixels(Image& pixels, const Augmentation& augmentation, std::uint64_t seed);

}  // namespace frag::trainer
