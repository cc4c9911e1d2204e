// Files of a dataset from whichever of its mirrors gives them: the fastest first, on with another where one
// fails, every byte under a SHA-256.
//
// Any number of threads may fetch at once.
#pragma once

#include <cstdint>
#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "libfrag/base/file.h"
#include "libfrag/fetching/health.h"
#include "libfrag/fetching/mirrors.h"
#include "libfrag/http/download.h"

namespace frag {

// Bytes of a file of the dataset, and what they must be.
struct WantedBytes {
  std::string file;  // "store/00000.tar"
  http::ByteRange range;
  std::string sha256;  // of the range; empty in get(): whatever comes is right
};

class FileTransfer {
 public:
  // `mirrors` outlives it. Once `cancelled` says true, what is fetched ends with Errc::interrupted; many
  // threads ask it.
  explicit FileTransfer(const Mirrors& mirrors, std::function<bool()> cancelled = {});

  // Fetches the bytes to `path`. What an earlier call left there of them is kept and continued. `step` is
  // told of bytes as they come. Errc::unavailable that tells what each mirror said where none gives the rest,
  // Errc::interrupted after a stop signal or once it is cancelled: then what came stays in `path`.
  void fetch(const WantedBytes& wanted, const std::filesystem::path& path,
             const std::function<void(std::uint64_t bytes)>& step = {});

  // The same into memory.
  std::string get(const WantedBytes& wanted);

  // What came over the wire so far.
  std::uint64_t bytes() const;
  std::vector<std::string> notes() const;

 private:
  struct Server {
    Health health;
    std::uint64_t bytes = 0;
    double seconds = 0;
    int busy = 0;  // fetches under way

    // Bytes a second; nothing before it was tried.
    std::optional<double> rate() const {
      if (seconds == 0) return std::nullopt;
      return static_cast<double>(bytes) / seconds;
    }
  };

  bool over() const;
  std::size_t choose();
  using Sink = std::function<void(std::string_view)>;
  std::set<std::size_t> pull_all(const WantedBytes& wanted, std::uint64_t done, const Sink& sink);
  bool outrun(std::size_t number, double seconds, std::uint64_t bytes) const;
  void pull(std::size_t number, const WantedBytes& wanted, std::uint64_t& done, const Sink& sink);
  void wrong(const std::set<std::size_t>& givers, const std::string& what);
  void learn(std::size_t number, const std::exception_ptr& failure);
  void note(const std::string& text);
  [[noreturn]] void fail() const;
  std::unique_ptr<http::Downloader> take_downloader();

  const Mirrors& mirrors_;
  const std::function<bool()> cancelled_;

  mutable std::mutex mutex_;  // guards all below
  std::vector<Server> servers_;
  std::vector<std::unique_ptr<http::Downloader>> idle_;
  std::vector<std::string> notes_;
  std::uint64_t bytes_ = 0;
};

}  // namespace frag
