#include "server/served_dataset.h"

#include "libfrag/base/error.h"
#include "libfrag/dataset/renderer.h"
#include "libfrag/http/message.h"
#include "libfrag/image/render.h"

namespace frag {

ServedDataset::ServedDataset(const DatasetFolder& folder, SourceCache& cache, std::uint32_t number)
    : folder_(folder),
      cache_(cache),
      number_(number),
      sampler_(folder.catalog()),
      texts_(folder.catalog()),
      description_(describe_anew()) {}

std::shared_ptr<const DecodedSource> ServedDataset::pixels(std::uint32_t source) const {
  return cache_.get(SourceCache::key(number_, source), [this, source] { return load(source); });
}

std::shared_ptr<const DecodedSource> ServedDataset::load(std::uint32_t source) const {
  require_agreeing(source);
  try {
    return read_source(folder_, source);
  } catch (const Error& error) {
    if (error.code() == Errc::bad_input) disagree(source, error.what());
    require_agreeing(source);
    throw;
  }
}

void ServedDataset::render(const FragmentAddress& address, Image& out) const {
  const auto source = pixels(address.source);
  const Angle& angle = catalog().angles()[address.tile.angle];
  const TileFrame frame = catalog().tiling(address.source).frame(address.tile);
  if (!source->whole) {
    out = FragmentRenderer::render(*source, {angle, frame});
    return;
  }
  const Image& whole = *source->whole;
  const bool fits = out.width() == frame.width && out.height() == frame.height &&
                    out.channels() == whole.channels() && out.bits() == whole.bits();
  if (!fits) out = Image(frame.width, frame.height, whole.channels(), whole.bits());
  render_tile(whole, angle, frame, out);
}

void ServedDataset::check(std::uint32_t source) const noexcept {
  try {
    const auto read = pixels(source);  // whole sources are compared as they are decoded
    if (read->by_region) folder_.verify_pixels(source);
  } catch (const std::exception& error) {
    disagree(source, error.what());
  }
}

void ServedDataset::disagree(std::uint32_t source, const std::string& why) const {
  const std::lock_guard lock(mutex_);
  disagreeing_.try_emplace(source, why);
}

std::map<std::uint32_t, std::string> ServedDataset::disagreeing() const {
  const std::lock_guard lock(mutex_);
  return disagreeing_;
}

void ServedDataset::require_agreeing(std::uint32_t source) const {
  const std::lock_guard lock(mutex_);
  const auto found = disagreeing_.find(source);
  if (found == disagreeing_.end()) return;
  throw http::HttpError(503, "source " + std::to_string(source) +
                                 " is not served here, take it from another mirror: " + found->second);
}

Json ServedDataset::describe_anew() const {
  const SourceTable& sources = catalog().sources();
  const std::vector<std::string>& names = catalog().classes();
  struct Side {
    std::uint64_t sources = 0;
    std::vector<std::uint64_t> of_class;
  };
  std::map<std::string_view, Side> sides;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    Side& side = sides[sources.split(i)];
    side.of_class.resize(names.size());
    ++side.sources;
    const auto kept = sources.kept(i);
    const std::uint32_t all = sources.class_number(i);
    if (kept.empty() && all < names.size()) side.of_class[all] += sources.fragments(i);
    for (const KeptClass& one : kept) side.of_class[one.class_number] += one.count;
  }
  Json splits = Json::object();
  for (const std::string& split : catalog().splits()) {
    const Side& side = sides[split];
    Json classes = Json::object();
    for (std::size_t i = 0; i < side.of_class.size(); ++i)
      if (side.of_class[i] > 0) classes[names[i]] = side.of_class[i];
    splits[split] = {
        {"sources", side.sources}, {"fragments", sampler_.fragments(split)}, {"classes", classes}};
  }
  return {{"id", catalog().id()},
          {"parent", catalog().parent().empty() ? Json(nullptr) : Json(catalog().parent())},
          {"sources", sources.size()},
          {"fragments", catalog().fragments()},
          {"classes", catalog().classes()},
          {"splits", splits},
          {"recipe", to_json(catalog().recipe())}};
}

}  // namespace frag
