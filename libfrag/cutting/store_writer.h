// The store of a dataset being cut: images into tars of about kShardBytes, each hashed as it is written.
//
// Belongs to one thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "libfrag/dataset/tables.h"

namespace frag {

// Where a store that was broken off, or that grows, goes on.
struct StorePosition {
  std::uint32_t shards = 0;      // sealed ones, of the old dataset too
  std::uint64_t files = 0;       // stored so far: names are numbered
  std::uint64_t open_bytes = 0;  // of the tar after the sealed ones; what follows is dropped
};

class StoreWriter {
 public:
  // `folder` is the dataset's, or what becomes it. `on_seal` hears of every shard that is whole.
  StoreWriter(std::filesystem::path folder, const StorePosition& from,
              std::function<void(const Shard&)> on_seal);
  ~StoreWriter();
  StoreWriter(const StoreWriter&) = delete;
  StoreWriter& operator=(const StoreWriter&) = delete;

  // Stores a file and fills in its name, shard and offset.
  void add(std::string_view bytes, const std::string& extension, SourceFile& file);
  // The same for a file that is read by region or is large: it becomes a shard of its own. Errc::bad_input
  // where its digest is not file.sha256: it was changed meanwhile.
  void add_alone(const std::filesystem::path& path, const std::string& extension, SourceFile& file);
  // Hands over what is buffered, so that a killed process leaves it.
  void flush();
  StorePosition position() const;
  // Seals the tar that is open, if any.
  void finish();

 private:
  struct Open;
  void open_tar();
  void seal();

  std::filesystem::path folder_;
  StorePosition at_;
  std::function<void(const Shard&)> on_seal_;
  std::unique_ptr<Open> open_;
};

}  // namespace frag
