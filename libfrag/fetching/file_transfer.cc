#include "libfrag/fetching/file_transfer.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <exception>
#include <optional>
#include <set>
#include <thread>

#include "libfrag/base/digest.h"
#include "libfrag/base/error.h"
#include "libfrag/base/file.h"
#include "libfrag/base/stop.h"

namespace frag {
namespace {

namespace fs = std::filesystem;
using Clock = Health::Clock;

constexpr std::size_t kPiece = 65536;
// Bytes a second of a mirror that was not tried yet: it is asked before all others, but left for only where
// the present one is slow.
constexpr double kUntriedFirst = 1e9, kUntriedInstead = 1e6;

std::uint64_t kept_bytes(const fs::path& path, std::uint64_t most) {
  std::error_code absent;
  const std::uint64_t size = fs::file_size(path, absent);
  return absent || size > most ? 0 : size;
}

}  // namespace

FileTransfer::FileTransfer(const Mirrors& mirrors, std::function<bool()> cancelled)
    : mirrors_(mirrors), cancelled_(std::move(cancelled)), servers_(mirrors.size()) {}

// Whether nobody waits for what is fetched any more.
bool FileTransfer::over() const {
  return stop_requested() || (cancelled_ && cancelled_());
}

void FileTransfer::fetch(const WantedBytes& wanted, const fs::path& path,
                         const std::function<void(std::uint64_t)>& step) {
  std::uint64_t kept = kept_bytes(path, wanted.range.count);
  while (true) {
    FileWriter file(path, kept);
    std::set<std::size_t> givers;
    try {
      givers = pull_all(wanted, kept, [&](std::string_view bytes) {
        file.write(bytes);
        if (step) step(bytes.size());
      });
    } catch (...) {
      file.flush();
      throw;
    }
    file.close();
    const FileReader reader(path);
    if (sha256_of(reader, 0, reader.size()) == wanted.sha256) return;
    if (kept == 0) wrong(givers, wanted.file);
    kept = 0;
  }
}

std::string FileTransfer::get(const WantedBytes& wanted) {
  while (true) {
    std::string all;
    const auto givers = pull_all(wanted, 0, [&all](std::string_view bytes) { all += bytes; });
    if (wanted.sha256.empty() || sha256_hex(all) == wanted.sha256) return all;
    wrong(givers, wanted.file);
  }
}

// Everything behind `done`, from one mirror after another; says which.
std::set<std::size_t> FileTransfer::pull_all(const WantedBytes& wanted, std::uint64_t done,
                                             const Sink& sink) {
  std::set<std::size_t> givers;
  while (done < wanted.range.count) {
    const std::size_t number = choose();
    const std::uint64_t before = done;
    pull(number, wanted, done, sink);
    if (done > before) givers.insert(number);
  }
  return givers;
}

// What mirror `number` gives of the rest; its failure is a note, what the sink throws is not.
void FileTransfer::pull(std::size_t number, const WantedBytes& wanted, std::uint64_t& done,
                        const Sink& sink) {
  const auto began = Clock::now();
  const std::uint64_t before = done;
  const auto seconds = [&began] { return std::chrono::duration<double>(Clock::now() - began).count(); };
  auto downloader = take_downloader();
  downloader->set_cancelled([&] { return over() || outrun(number, seconds(), done - before); });
  std::array<char, kPiece> piece;
  bool open = false, left = false;
  std::exception_ptr failure;
  const auto next = [&]() -> std::size_t {
    try {
      if (!open) {
        const MirrorAddress mirror = mirrors_.mirror(number, *downloader);
        downloader->open(mirror.file_url(wanted.file, mirrors_.dataset()),
                         http::ByteRange{wanted.range.first + done, wanted.range.count - done});
        open = true;
      }
      if (done > before && outrun(number, seconds(), done - before)) throw Error(Errc::interrupted, "");
      return downloader->read(piece.data(), piece.size());
    } catch (const Error& error) {
      if (over()) throw;
      left = error.code() == Errc::interrupted;
      if (!left) failure = std::current_exception();
      return 0;
    }
  };
  const auto give_back = [&] {
    const std::lock_guard lock(mutex_);
    Server& server = servers_[number];
    --server.busy;
    server.bytes += done - before;
    server.seconds += seconds();
    bytes_ += done - before;
    if (done > before) server.health.delivered();
    if (left) server.health.outrun(Clock::now());
    if (failure) learn(number, failure);
    if (!failure && !left) idle_.push_back(std::move(downloader));
  };
  try {
    while (const std::size_t got = next()) {
      sink({piece.data(), got});
      done += got;
    }
  } catch (...) {
    give_back();
    throw;
  }
  give_back();
}

// The fastest of those that may be asked and are not busy already; one not tried yet before all. Waits where
// none may be asked now.
std::size_t FileTransfer::choose() {
  while (true) {
    throw_if_stopped();
    if (over()) throw Error(Errc::interrupted, "the file is no longer wanted");
    {
      const std::lock_guard lock(mutex_);
      const auto now = Clock::now();
      std::optional<std::size_t> best;
      double best_rate = -1;
      bool hope = false;
      for (std::size_t i = 0; i < servers_.size(); ++i) {
        const Server& server = servers_[i];
        hope = hope || !server.health.hopeless();
        if (server.health.dismissed() || now < server.health.ask_again()) continue;
        const double rate = server.rate().value_or(kUntriedFirst) / (1 + server.busy);
        if (rate > best_rate) {
          best = i;
          best_rate = rate;
        }
      }
      if (!hope) fail();
      if (best) {
        ++servers_[*best].busy;
        return *best;
      }
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

// With the lock held.
void FileTransfer::note(const std::string& text) {
  if (std::find(notes_.begin(), notes_.end(), text) == notes_.end()) notes_.push_back(text);
}

// With the lock held.
void FileTransfer::learn(std::size_t number, const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const Error& error) {
    if (servers_[number].health.learn(error, Clock::now()))
      note(mirror_note(mirrors_.url(number), error.what()));
  }
}

// Who is to blame is known only where one mirror gave everything.
void FileTransfer::wrong(const std::set<std::size_t>& givers, const std::string& what) {
  if (givers.size() != 1) return;
  const std::lock_guard lock(mutex_);
  servers_[*givers.begin()].health.wrong(Clock::now());
  note(mirror_note(mirrors_.url(*givers.begin()),
                   "gave wrong bytes of " + what + " (their SHA-256 is not the dataset's)"));
}

// With the lock held.
void FileTransfer::fail() const {
  std::string message = "no mirror gives the files of the dataset";
  for (const std::string& note : notes_) message += "\n  " + note;
  throw Error(Errc::unavailable, message);
}

// Whether another mirror, free to be asked, would do what `number` did in so many seconds much faster, or was
// never tried.
bool FileTransfer::outrun(std::size_t number, double seconds, std::uint64_t bytes) const {
  constexpr double kPatientSeconds = 1, kMuchFaster = 4;
  if (seconds < kPatientSeconds) return false;
  const double rate = static_cast<double>(bytes) / seconds;
  const std::lock_guard lock(mutex_);
  const auto now = Clock::now();
  for (std::size_t i = 0; i < servers_.size(); ++i) {
    const Server& other = servers_[i];
    if (i == number || other.health.hopeless() || now < other.health.ask_again()) continue;
    if (other.rate().value_or(kUntriedInstead) > kMuchFaster * rate) return true;
  }
  return false;
}

std::unique_ptr<http::Downloader> FileTransfer::take_downloader() {
  const std::lock_guard lock(mutex_);
  if (idle_.empty()) return std::make_unique<http::Downloader>(mirrors_.options().client);
  auto downloader = std::move(idle_.back());
  idle_.pop_back();
  return downloader;
}

std::uint64_t FileTransfer::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

std::vector<std::string> FileTransfer::notes() const {
  const std::lock_guard lock(mutex_);
  return notes_;
}

}  // namespace frag
