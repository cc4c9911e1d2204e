#include "libfrag/cutting/sample_export.h"

#include <algorithm>

namespace frag {

std::string sample_key(FragmentId id, std::uint64_t position, Repeats repeats) {
  return repeats == Repeats::allow ? sample_key(id, position) : sample_key(id);
}

void export_sample(const Catalog& catalog, FragmentRenderer& renderer, const SampleList& list,
                   const SampleExport& options, const ByteSink& sink, const std::function<void()>& step) {
  TarWriter tar(sink);
  const std::uint64_t from = std::min(options.skip, list.size());
  const std::uint64_t count = std::min(options.limit.value_or(list.size()), list.size() - from);
  for (std::uint64_t position = from; position < from + count; ++position) {
    const FragmentId id = list.at(position);
    add_fragment(tar, catalog, id, sample_key(id, position, options.repeats), renderer.render(id),
                 options.format);
    if (step) step();
  }
  tar.finish();
}

}  // namespace frag
