#include "libfrag/sampling/sampler.h"

#include <unordered_map>

#include "libfrag/base/error.h"
#include "libfrag/sampling/draw.h"

namespace frag {
namespace {

std::map<std::string, ClassRanges> ranges_of(const Catalog& catalog) {
  std::map<std::string, ClassRanges> splits;
  for (const std::string& split : catalog.splits())
    splits.emplace(split, ClassRanges(catalog.classes().size()));
  std::unordered_map<std::string_view, std::uint32_t> groups;
  for (std::uint32_t i = 0; i < catalog.sources().size(); ++i) {
    const auto next = static_cast<std::uint32_t>(groups.size());
    const std::uint32_t group = groups.emplace(catalog.sources().group(i), next).first->second;
    ClassRanges& by_class = splits.at(std::string(catalog.sources().split(i)));
    for (const ClassRun& run : catalog.runs(i))
      by_class[run.class_number].push_back({run.first, run.count, run.bits, group});
  }
  return splits;
}

}  // namespace

Sampler::Sampler(const Catalog& catalog)
    : classes_(catalog.classes()), labels_(catalog.labels()), pools_(ranges_of(catalog)) {}

Sampler::Sampler(std::vector<std::string> classes, const std::map<std::string, ClassRanges>& splits)
    : classes_(std::move(classes)), pools_(splits) {}

SampleList Sampler::draw(const SampleSpec& spec) const {
  validate(spec);
  // What a part draws by its own weights is what it would draw with them as the balance.
  const SampleSpec own = sample_of_part(spec, spec.round, spec.part, spec.parts);
  return Draw(own, pools_.pool(own), classes_).list();
}

}  // namespace frag
