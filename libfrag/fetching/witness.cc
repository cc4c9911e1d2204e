#include "libfrag/fetching/witness.h"

#include <algorithm>

#include "libfrag/base/digest.h"
#include "libfrag/base/error.h"
#include "libfrag/base/json.h"
#include "libfrag/base/text.h"
#include "libfrag/http/client.h"
#include "libfrag/image/pixel_digest.h"
#include "libfrag/sampling/sample_spec.h"

namespace frag {
namespace {

// The first so many of what is asked of a mirror at a time are confirmed where not all are.
constexpr std::uint64_t kSome = 8;
constexpr std::size_t kBytesOfDigest = 16;
constexpr std::chrono::seconds kWitnessPatience{2};

// Of the pixels that were sent where the format keeps them; of JPEG, what its description says they were.
std::string digest_given(const EncodedFragment& fragment) {
  if (fragment.format == SampleFormat::png) return pixel_digest(decode_fragment(fragment));
  constexpr char kWhat[] = "a fragment's description";
  return json_get<std::string>(parse_json(fragment.description, kWhat), "pixels", kWhat);
}

}  // namespace

const char* name_of(Confirm confirm) {
  return confirm == Confirm::none ? "none" : confirm == Confirm::some ? "some" : "all";
}

Confirm parse_confirm(std::string_view name) {
  for (const Confirm confirm : {Confirm::none, Confirm::some, Confirm::all}) {
    if (name == name_of(confirm)) return confirm;
  }
  throw Error(Errc::usage, "--confirm \"" + std::string(name) + "\" is none of none, some, all");
}

Witnesses::Witnesses(const Mirrors& mirrors, const WantedSample& wanted, const SourceStore& store,
                     Confirm confirm)
    : mirrors_(mirrors), wanted_(wanted), confirm_(confirm), renderer_(store), healths_(mirrors.size()) {}

http::ClientOptions Witnesses::client() const {
  http::ClientOptions client = mirrors_.options().client;
  client.connect_timeout =
      std::min<decltype(client.connect_timeout)>(client.connect_timeout, kWitnessPatience);
  client.stall_timeout = std::min<decltype(client.stall_timeout)>(client.stall_timeout, kWitnessPatience);
  return client;
}

// The next one in turn that may answer.
std::optional<std::size_t> Witnesses::choose(std::size_t giver) {
  const std::lock_guard lock(mutex_);
  const auto now = Health::Clock::now();
  for (std::size_t i = 0; i < mirrors_.size(); ++i) {
    const std::size_t candidate = (next_ + i) % mirrors_.size();
    const Health& health = healths_[candidate];
    if (candidate == giver || health.hopeless() || now < health.ask_again()) continue;
    next_ = candidate + 1;
    return candidate;
  }
  return std::nullopt;
}

Testimony Witnesses::ask(http::Downloader& downloader, std::size_t giver, std::uint64_t first,
                         std::uint64_t end) {
  if (confirm_ == Confirm::none) return {};
  if (confirm_ == Confirm::some) end = std::min(end, first + kSome);
  while (const auto witness = choose(giver)) {
    try {
      Testimony testimony{*witness, first, digests(downloader, *witness, first, end)};
      const std::lock_guard lock(mutex_);
      healths_[*witness].delivered();
      return testimony;
    } catch (const Error& error) {
      if (error.code() == Errc::interrupted) throw;
      const std::lock_guard lock(mutex_);
      healths_[*witness].learn(error, Health::Clock::now());
    }
  }
  return {};
}

std::vector<std::string> Witnesses::digests(http::Downloader& downloader, std::size_t witness,
                                            std::uint64_t first, std::uint64_t end) const {
  const MirrorAddress mirror = mirrors_.mirror(witness, downloader);
  if (mirror.kind != MirrorKind::service) throw Error(Errc::refused, "renders nothing");
  auto query = to_query(wanted_.spec);
  query.emplace_back("dataset", wanted_.dataset);
  query.emplace_back("skip", std::to_string(first));
  query.emplace_back("limit", std::to_string(end - first));
  const std::string bytes = downloader.get(mirror.url + "/v1/sample/digests" + http::make_query(query));
  if (bytes.size() != (end - first) * kBytesOfDigest)
    throw WrongAnswer("gave " + format_bytes(bytes.size()) + " of digests");
  std::vector<std::string> digests;
  for (std::size_t at = 0; at < bytes.size(); at += kBytesOfDigest)
    digests.push_back(hex_of(std::string_view(bytes).substr(at, kBytesOfDigest)));
  return digests;
}

std::string Witnesses::rendered_here(FragmentId id) {
  try {
    return pixel_digest(renderer_.render(id));
  } catch (const Error& error) {
    if (error.code() == Errc::interrupted) throw;
    throw Error(Errc::unavailable, "another mirror disagrees on fragment " + std::to_string(id) +
                                       ", and it cannot be rendered here: " + error.what());
  }
}

void Witnesses::confirm(const Testimony& testimony, std::uint64_t position, const EncodedFragment& fragment) {
  if (!testimony.covers(position)) return;
  const std::string& stated = testimony.digests[position - testimony.first];
  const std::string given = digest_given(fragment);
  if (given == stated) {
    const std::lock_guard lock(mutex_);
    ++confirmed_;
    return;
  }
  const std::string right = rendered_here(wanted_.list.at(position));
  if (stated != right) {
    const std::lock_guard lock(mutex_);
    healths_[testimony.mirror].dismiss();
    const std::string note = mirror_note(
        mirrors_.url(testimony.mirror),
        "says that fragment " + fragment.key + " has other pixels than it has when it is rendered here");
    if (std::find(notes_.begin(), notes_.end(), note) == notes_.end()) notes_.push_back(note);
  }
  if (given != right)
    throw WrongAnswer("gave fragment " + fragment.key +
                      " with other pixels than it has when it is rendered here");
}

std::vector<std::string> Witnesses::notes() const {
  const std::lock_guard lock(mutex_);
  return notes_;
}

std::uint64_t Witnesses::confirmed() const {
  const std::lock_guard lock(mutex_);
  return confirmed_;
}

}  // namespace frag
