// Random datasets as numbers: unequal classes, gaps by bitmaps, groups of several sources, two classes in a
// source, classes absent from a split.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "libfrag/sampling/sampler.h"

namespace frag::test {

struct RandomSet {
  struct Fragment {
    std::size_t class_number = 0;
    std::uint32_t group = 0;
    std::string split;
  };

  std::vector<std::string> classes;
  std::map<std::string, ClassRanges> splits;
  std::map<FragmentId, Fragment> fragments;  // those that have a class
  std::shared_ptr<LabelBits> bits = std::make_shared<LabelBits>();

  Sampler sampler() const { return Sampler(classes, splits); }
  // The fragments of some splits.
  std::set<FragmentId> all_of(const std::set<std::string>& names) const;
  // How many of each class are among `ids`.
  std::vector<std::uint64_t> counts(const std::vector<FragmentId>& ids) const;
  // Their groups.
  std::set<std::uint32_t> groups(const std::vector<FragmentId>& ids) const;
  // The groups of each class of a split, a group being of the class that most of its fragments have.
  std::vector<std::set<std::uint32_t>> groups_by_class(const std::string& split) const;
};

// Of 1 to 5 classes; the last class may be missing from the last split.
RandomSet random_set(std::uint64_t seed, const std::vector<std::string>& splits = {"train"});

std::vector<FragmentId> ids_of(const SampleList& list);
std::set<FragmentId> set_of(const std::vector<FragmentId>& ids);

}  // namespace frag::test
