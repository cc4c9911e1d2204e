// What other mirrors say of the fragments that one of them renders. A fragment's own digests show what was
// changed on the way; only agreement shows that its mirror renders what the others do.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libfrag/dataset/renderer.h"
#include "libfrag/fetching/health.h"
#include "libfrag/fetching/mirrors.h"
#include "libfrag/fetching/wanted_sample.h"

namespace frag {

enum class Confirm {
  none,
  some,  // the first few of every chunk: a mirror that renders wrongly shows at once
  all,   // every one, against a mirror that lies now and then; the mirrors render twice as much
};
const char* name_of(Confirm confirm);
// Errc::usage that lists the names.
Confirm parse_confirm(std::string_view name);

// Digests of pixels that a mirror stated: of the positions from `first` on.
struct Testimony {
  std::size_t mirror = 0;
  std::uint64_t first = 0;
  std::vector<std::string> digests;  // 32 hexadecimal digits each

  bool covers(std::uint64_t position) const { return position >= first && position - first < digests.size(); }
};

// Any number of threads may ask.
class Witnesses {
 public:
  // `mirrors`, `wanted` and `store`, from which this machine renders what two mirrors disagree on, outlive
  // it.
  Witnesses(const Mirrors& mirrors, const WantedSample& wanted, const SourceStore& store, Confirm confirm);

  // What a mirror other than `giver` says of those of the positions [first, end) that are to be confirmed;
  // nothing of any where no other answers within seconds. `downloader` is for this alone.
  Testimony ask(http::Downloader& downloader, std::size_t giver, std::uint64_t first, std::uint64_t end);

  // Holds a fragment that was checked against its own digests against what another says. Where they disagree
  // it is rendered here: a WrongAnswer where the giver is wrong; a witness that is wrong is noted and not
  // asked again. Errc::unavailable where the source for that cannot be had.
  void confirm(const Testimony& testimony, std::uint64_t position, const EncodedFragment& fragment);

  // A downloader that gives a witness up after seconds: who is asked twice is in no hurry.
  http::ClientOptions client() const;

  std::vector<std::string> notes() const;
  std::uint64_t confirmed() const;

 private:
  std::optional<std::size_t> choose(std::size_t giver);
  std::vector<std::string> digests(http::Downloader& downloader, std::size_t witness, std::uint64_t first,
                                   std::uint64_t end) const;
  std::string rendered_here(FragmentId id);

  const Mirrors& mirrors_;
  const WantedSample& wanted_;
  const Confirm confirm_;
  FragmentRenderer renderer_;

  mutable std::mutex mutex_;     // guards all below
  std::vector<Health> healths_;  // of the mirrors, as witnesses
  std::size_t next_ = 0;
  std::uint64_t confirmed_ = 0;
  std::vector<std::string> notes_;
};

}  // namespace frag
