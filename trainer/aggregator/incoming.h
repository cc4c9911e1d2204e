// Uploads on their way to disk: how many there are at once, whether the disk has room for them, and what is
// kept of those that broke off, so that their senders need not begin anew.
//
// So cutting one loses nothing, and is what keeps a line that died half-open, or a peer that trickles, from
// holding a place: whoever sends an upload anew, or asks how much is kept of it, ends the one that is under
// way under its name; and where all places are taken, the one goes of which nothing was read for the longest
// time.
//
// What is kept of an upload is its file and the state of its digest; so it is gone after a restart, which
// empties the folder. Any number of threads may use it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <list>
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
  // An upload of which no piece (Upload reads 64 KiB at a time) came for so long may be cut for another.
  std::chrono::seconds slow_after{30};
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

  // An upload under way.
  struct Sender {
    std::string name;
    std::function<void()> cut;  // Request::cut
    Clock::time_point read{};   // when it began, or a piece of it came last
    bool was_cut = false;
    bool came_whole = false;  // it is being checked: there is nothing to cut any more
  };
  using Senders = std::list<Sender>;

  // A place among the uploads under way, given back with its end.
  class Place {
   public:
    Place(Incoming& incoming, Senders::iterator sender) : incoming_(incoming), sender_(sender) {}
    ~Place() { incoming_.leave(sender_); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    void piece_came() const;
    void came_whole() const;
    bool was_cut() const;

   private:
    Incoming& incoming_;
    const Senders::iterator sender_;
  };

  // Both outlive it.
  Incoming(StateDirectory& directory, DiskReserve& disk, IncomingLimits limits)
      : directory_(directory), disk_(disk), limits_(limits) {}

  // A place for the upload of that name, which `cut` ends. Cuts the one of that name that is under way, and
  // where all places are taken a slow one, and waits a moment for their ends. HttpError 503 with Retry-After
  // where there is no place still, 507 where the disk has no room.
  std::unique_ptr<Place> enter(const std::string& name, std::function<void()> cut);

  // The start of a new file.
  Part begin();
  // How much of the upload of that name is kept, 0 where there is none. One that is under way is cut first.
  std::uint64_t kept_bytes(const std::string& name);
  // What is kept of it, which is then the caller's. HttpError 409 with Upload-Offset where it does not end at
  // `offset`; it stays then.
  Part resume(const std::string& name, std::uint64_t offset);
  // Keeps a part for resume(), in the place of what is kept under that name.
  void keep(const std::string& name, Part part);
  void drop(const std::string& name);

 private:
  using Parts = std::map<std::string, Part>;

  bool is_full() const { return senders_.size() >= static_cast<std::size_t>(limits_.uploads); }
  bool receives(const std::string& name) const;
  void cut_sender_of(const std::string& name);
  bool cut_slowest();
  static void cut(Sender& sender);
  void leave(Senders::iterator sender);
  void remove(Parts::iterator part);
  void remove_old();

  StateDirectory& directory_;
  DiskReserve& disk_;
  const IncomingLimits limits_;

  std::mutex mutex_;  // guards all below
  std::condition_variable ended_;
  Senders senders_;
  Parts parts_;
};

}  // namespace frag::aggregator
