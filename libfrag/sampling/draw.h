// One draw in the making: which lanes a sample has, how they take turns, and how long it is. For Sampler;
// docs/sampling.md states each step. Used once, by one thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "libfrag/sampling/sampler.h"

namespace frag {

class Draw {
 public:
  // A validated spec without part_weights; all three outlive the draw. Errc::not_found for a class that does
  // not exist, Errc::bad_input where nothing can be drawn.
  Draw(const SampleSpec& spec, const Pool& pool, const std::vector<std::string>& classes);

  // Errc::bad_input where more is asked for than there is and repeats are refused.
  SampleList list();

 private:
  std::uint64_t key(const std::string& scope) const;
  bool divides() const { return spec_.policy != SamplePolicy::random; }
  std::uint64_t weight_of(std::size_t class_number) const;
  void refuse_other_names() const;

  void add_class_lanes();
  void add_one_lane();
  std::vector<Share> shares() const;
  void move_windows();
  std::uint64_t limit();
  std::uint64_t limit_passing_over();

  std::string where() const;
  [[noreturn]] void fail_empty(std::size_t lane) const;
  [[noreturn]] void fail_limit(std::uint64_t limit) const;

  const SampleSpec& spec_;
  const Pool& pool_;
  const std::vector<std::string>& classes_;
  std::string key_;  // the first words of every key

  std::vector<Lane> lanes_;
  std::vector<std::size_t> class_of_;  // of each lane; empty where there is one lane for everything
  std::vector<std::uint64_t> weights_;
  Turns turns_;
};

}  // namespace frag
