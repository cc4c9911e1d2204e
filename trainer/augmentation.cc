#include "trainer/augmentation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <utility>

#include "libfrag/base/error.h"
#include "libfrag/base/random.h"
#include "libfrag/base/text.h"
#include "libfrag/image/blur.h"

namespace frag::trainer {
namespace {

// What each drawn number is for, so that one more effect changes no other.
enum class Purpose : std::uint64_t { symmetry = 1, blur, light, noise };

SplitMix64 stream_for(std::uint64_t seed, Purpose purpose) {
  return SplitMix64(mix64(seed + static_cast<std::uint64_t>(purpose)));
}

struct Strength {
  const char* word;
  double Augmentation::*value;
  double usual, most;
};
constexpr std::array<Strength, 3> kStrengths{{{"light", &Augmentation::light, 0.2, 1},
                                              {"blur", &Augmentation::blur, 1, 100},
                                              {"noise", &Augmentation::noise, 0.05, 1}}};

struct Switch {
  const char* word;
  bool Augmentation::*value;
};
constexpr std::array<Switch, 3> kSwitches{
    {{"mirror", &Augmentation::mirror}, {"turns", &Augmentation::turns}, {"rotate", &Augmentation::rotate}}};

[[noreturn]] void refuse(std::string_view text, const std::string& why) {
  throw Error(Errc::usage, "--augment " + std::string(text) + ": " + why +
                               "; there are none, or any of mirror, turns, rotate, light, blur, noise with "
                               "commas between them, and strengths as in light:0.3");
}

double strength_of(const Strength& strength, const std::string& number, std::string_view text) {
  const double value = parse_number(number).value_or(-1);
  if (value > 0 && value <= strength.most) return value;
  refuse(text, std::string(strength.word) + ":" + number + " is not a strength above 0 and up to " +
                   format_fixed(strength.most, 0));
}

void add_word(Augmentation& augmentation, const std::string& word, std::string_view text) {
  for (const Switch& one : kSwitches) {
    if (word == one.word) {
      augmentation.*one.value = true;
      return;
    }
  }
  const std::size_t colon = word.find(':');
  for (const Strength& one : kStrengths) {
    if (word.substr(0, colon) != one.word) continue;
    augmentation.*one.value =
        colon == std::string::npos ? one.usual : strength_of(one, word.substr(colon + 1), text);
    return;
  }
  refuse(text, "\"" + word + "\" is none of them");
}

// The normal distribution's quantiles at (i + 1/2) / 4096: a drawn index into it is a normal number.
const std::array<float, 4096>& normal_quantiles() {
  static const auto table = [] {
    std::array<float, 4096> quantiles{};
    for (std::size_t i = 0; i < quantiles.size(); ++i) {
      const double wanted = (static_cast<double>(i) + 0.5) / static_cast<double>(quantiles.size());
      double low = -5, high = 5;
      while (high - low > 1e-9) {
        const double middle = (low + high) / 2;
        (std::erfc(-middle / std::sqrt(2.0)) / 2 < wanted ? low : high) = middle;
      }
      quantiles[i] = static_cast<float>(low);
    }
    return quantiles;
  }();
  return table;
}

std::uint8_t rounded(double value) {
  return static_cast<std::uint8_t>(std::clamp(value + 0.5, 0.0, 255.0));
}

void change_light(Image& pixels, double strength, SplitMix64 stream) {
  const double contrast = 1 + strength * (2 * stream.uniform() - 1);
  const double shift = strength * 127.5 * (2 * stream.uniform() - 1);
  std::array<std::uint8_t, 256> table;
  for (int value = 0; value < 256; ++value) {
    table[static_cast<std::size_t>(value)] = rounded((value - 127.5) * contrast + 127.5 + shift);
  }
  for (std::int64_t y = 0; y < pixels.height(); ++y) {
    std::uint8_t* row = pixels.row(y);
    for (std::int64_t i = 0; i < pixels.width() * pixels.channels(); ++i) row[i] = table[row[i]];
  }
}

void add_noise(Image& pixels, double strength, SplitMix64 stream) {
  const auto deviation = static_cast<float>(strength * 255 * stream.uniform());
  const auto& quantiles = normal_quantiles();
  for (std::int64_t y = 0; y < pixels.height(); ++y) {
    std::uint8_t* row = pixels.row(y);
    const std::int64_t samples = pixels.width() * pixels.channels();
    for (std::int64_t from = 0; from < samples; from += 5) {
      std::uint64_t bits = stream.next();  // 5 indices of 12 bits
      for (std::int64_t i = from; i < std::min(from + 5, samples); ++i, bits >>= 12) {
        row[i] = rounded(static_cast<float>(row[i]) + deviation * quantiles[bits & 0xfff]);
      }
    }
  }
}

}  // namespace

Augmentation parse_augmentation(std::string_view text) {
  Augmentation augmentation;
  if (trimmed(text) == "none") return augmentation;
  for (const std::string& word : split_text(text, ',')) {
    add_word(augmentation, std::string(trimmed(word)), text);
  }
  return augmentation;
}

std::string to_text(const Augmentation& augmentation) {
  std::vector<std::string> words;
  for (const Switch& one : kSwitches) {
    if (augmentation.*one.value) words.push_back(one.word);
  }
  for (const Strength& one : kStrengths) {
    const double value = augmentation.*one.value;
    if (value <= 0) continue;
    char number[32];
    std::snprintf(number, sizeof number, "%.9g", value);
    words.push_back(std::string(one.word) + ":" + number);
  }
  return words.empty() ? "none" : join(words, ",");
}

std::uint64_t augmentation_seed(std::uint64_t seed, std::int64_t epoch, std::uint64_t position) {
  return mix64(mix64(mix64(seed + 1) + static_cast<std::uint64_t>(epoch)) + position);
}

std::uint8_t drawn_symmetry(const Augmentation& augmentation, std::uint64_t seed) {
  SplitMix64 stream = stream_for(seed, Purpose::symmetry);
  if (augmentation.turns) return static_cast<std::uint8_t>(stream.below(8));
  return augmentation.mirror && stream.below(2) == 1 ? kMirrorX : std::uint8_t{0};
}

void change_pixels(Image& pixels, const Augmentation& augmentation, std::uint64_t seed) {
  if (augmentation.blur > 0) {
    pixels = gaussian_blur(pixels, augmentation.blur * stream_for(seed, Purpose::blur).uniform());
  }
  if (augmentation.light > 0) change_light(pixels, augmentation.light, stream_for(seed, Purpose::light));
  if (augmentation.noise > 0) add_noise(pixels, augmentation.noise, stream_for(seed, Purpose::noise));
}

}  // namespace frag::trainer
