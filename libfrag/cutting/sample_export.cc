#include "libfrag/cutting/sample_export.h"

#include <algorithm>

namespace frag {

void export_sample(const Catalog& catalog, FragmentRenderer& renderer, const SampleList& list,
                   const SampleExport& options, const ByteSink& sink, const std::function<void()>& step) {
  TarWriter tar(sink);
  const std::uint64_t from = std::min(options.skip, list.size());
  const std::uint64_t count = std::min(options.limit.value_or(list.size()), list.size() - from);
  for (std::uint64_t position = from; position < from + count; ++position) {
    const FragmentId id = list.at(position);
    const std::string key = options.repeats == Repeats::allow ? sample_key(id, position) : sample_key(id);
    add_fragment(tar, catalog, id, key, renderer.render(id), options.format);
    if (step) step();
  }
  tar.finish();
}

}  // namespace frag
