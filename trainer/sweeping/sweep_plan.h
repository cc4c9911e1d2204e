// The runs that a sweep file means. Pure functions: equal on every machine.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "trainer/sweeping/sweep_file.h"

namespace frag::trainer {

// A setting of one run that is not the same in all.
struct SweptSetting {
  std::string key;
  Json value;         // a text or a number
  std::string where;  // as SweptKey's
};

using SweptSettings = std::vector<SweptSetting>;  // in the order of SweepFile::swept

// "lr=0.01 batch=32"
std::string describe(const SweptSettings& settings);

// {"lr": 0.01, "batch": 32}
Json to_json(const SweptSettings& settings);

// All fixed settings and these, as `fragtrain fit --config` would have them.
std::vector<ConfigEntry> entries_of(const SweepFile& file, const SweptSettings& settings);

// The runs in order. Of a grid, the last key changes first. Drawn ones are functions of seed, number and key
// alone, so more runs leave the first as they are. Errc::bad_input for a grid of more than 10,000.
std::vector<SweptSettings> plan_runs(const SweepFile& file);

// Every value of the file once, of ranges both ends, so that each can be checked before anything is trained.
std::vector<ConfigEntry> values_to_check(const SweepFile& file);

// One of the choices, uniform in the scale they have; of intervals in five significant digits. `word` is
// uniform over 64 bits. Arithmetic that IEEE 754 rounds correctly everywhere, so no logarithm: an interval's
// place is found by square roots.
Json choose(const SweepChoices& choices, std::uint64_t word);

}  // namespace frag::trainer
