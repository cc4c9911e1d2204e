// Uploads on their way to disk: how many there are at once, whether the disk has room for them, and what is
// kept of those that broke off, so that their senders need not begin anew.
//
// What is kept of an upload is its file and the state of its digest; so it is gone after a restart, which
// empties the folder. Any number of threads may use it.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "libfrag/base/digest.h"
#include "trainer/aggregator/disk_reserve.h"
#include "trainer/aggregator/state_directory.h"

namespace frag::aggregator {

struct IncomingLimits {
  int uploads = 32;                     // at once
  std::size_t kept = 64;                // uploads that broke off; the oldest goes first
  std::chrono::seconds kept_for{3600};  // after its last byte
};

class Incoming {
 public:
  using Clock = std::chrono::steady_clock;

  // The first bytes of a file.
  struct Part {
    std::filesystem::path path;
    std::uint64_t bytes = 0;
    Xxh3 digest;  // of them
    Clock::time_point last{};
  };

  // A place among the uploads under way, given back with its end.
  class Place {
   public:
    explicit Place(Incoming& incoming) : incoming_(&incoming) {}
    ~Place() { incoming_->leave(); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

   private:
    Incoming* incoming_;
  };

  // Both outlive it.
  Incoming(StateDirectory& directory, DiskReserve& disk, IncomingLimits limits)
      : directory_(directory), disk_(disk), limits_(limits) {}

  // HttpError 503 with Retry-After where as many are under way as may be, 507 where the disk has no room.
  std::unique_ptr<Place> enter();

  // The start of a new file.
  Part begin();
  // How much of the upload of that name is kept: 0 where there is none, and while it is under way.
  std::uint64_t kept_bytes(const std::string& name);
  // What is kept of it, which is then the caller's. HttpError 409 with Upload-Offset where it does not end at
  // `offset`; it stays then.
  Part resume(const std::string& name, std::uint64_t offset);
  // Keeps a part for resume(), in the place of what is kept under that name.
  void keep(const std::string& name, Part part);
  void drop(const std::string& name);

 private:
  using Parts = std::map<std::string, Part>;

  void leave();
  void remove(Parts::iterator part);
  void remove_old();

  StateDirectory& directory_;
  DiskReserve& disk_;
  const IncomingLimits limits_;

  std::mutex mutex_;  // guards all below
  int under_way_ = 0;
  Parts parts_;
};

}  // namespace frag::aggregator
