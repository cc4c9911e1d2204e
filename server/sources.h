// What a mirror answers to those who look at sources: their rows, where their tiles lie, a picture of each.
//
// The functions throw HttpError, or an Error that becomes one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>

#include "libfrag/http/message.h"
#include "server/render_gate.h"
#include "server/served_dataset.h"

namespace frag {

// Rows that one page holds at most, and where nobody says how many.
inline constexpr std::uint64_t kMostRows = 1000, kUsualRows = 100;
// Edges of pictures, in pixels of their width.
inline constexpr std::uint64_t kLeastWidth = 16, kMostWidth = 2048, kUsualWidth = 512;

// GET /v1/sources?offset=&limit=&split=&class=: {"total", "offset", "sources": [rows of sources.jsonl]}.
http::Response sources_answer(const ServedDataset& dataset, const http::Request& request);
// GET /v1/sources/{i}: the row, the dataset's angles, and rows and tiles of the grid at each of them.
http::Response source_answer(const ServedDataset& dataset, const http::Request& request);
// GET /v1/sources/{i}/tiles?angle=K: for each tile of the K-th angle its id, corners in the source's pixels,
// whether it was kept, and its class.
http::Response tiles_answer(const ServedDataset& dataset, const http::Request& request);

// Small pictures that were made, within a bounded memory; the oldest go first. Locks by itself.
class PictureCache {
 public:
  explicit PictureCache(std::size_t bytes = std::size_t{32} << 20) : bytes_(bytes) {}
  std::shared_ptr<const std::string> find(const std::string& key);
  void add(const std::string& key, std::shared_ptr<const std::string> jpeg);

 private:
  const std::size_t bytes_;
  std::mutex mutex_;  // guards what follows
  std::list<std::pair<std::string, std::shared_ptr<const std::string>>> pictures_;
  std::size_t held_ = 0;
};

// GET /v1/sources/{i}/picture.jpg?width=: the source's final pixels, at most `width` wide.
http::Response picture_answer(const ServedDataset& dataset, RenderGate& gate, PictureCache& cache,
                              const http::Request& request);

}  // namespace frag
