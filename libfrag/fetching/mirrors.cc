#include "libfrag/fetching/mirrors.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <thread>

#include "libfrag/base/digest.h"
#include "libfrag/base/error.h"
#include "libfrag/base/json.h"
#include "libfrag/base/signature.h"
#include "libfrag/base/stop.h"
#include "libfrag/dataset/layout.h"
#include "libfrag/fetching/file_transfer.h"
#include "libfrag/fetching/health.h"

namespace frag {
namespace {

// What a file of metadata may take in memory.
constexpr std::uint64_t kMostMetadata = std::uint64_t{1} << 30;

bool is_ftp(const std::string& url) {
  return url.compare(0, 6, "ftp://") == 0;
}

std::string shown(const std::string& id) {
  return id.substr(0, 12) + "...";
}

// nullopt where the server has no such file.
std::optional<std::string> try_get(http::Downloader& downloader, const std::string& url) {
  try {
    return downloader.get(url, std::nullopt, kMostMetadata);
  } catch (const Error& error) {
    if (error.code() == Errc::not_found) return std::nullopt;
    throw;
  }
}

void check_dataset(const std::string& id, const MirrorsOptions& options) {
  if (!options.dataset.empty() && id != options.dataset) {
    throw WrongAnswer("holds dataset " + shown(id) + ", not " + shown(options.dataset));
  }
}

}  // namespace

std::string MirrorAddress::file_url(const std::string& name, const std::string& dataset) const {
  if (kind != MirrorKind::service) return url + "/" + name;
  return url + "/files/" + name + http::make_query({{"dataset", dataset}});
}

Greeting greet(http::Downloader& downloader, const std::string& url, const MirrorsOptions& options) {
  const MirrorAddress service{url, MirrorKind::service}, folder{url, MirrorKind::folder},
      shards{url, MirrorKind::shards};
  for (const MirrorAddress& mirror : {service, folder}) {
    if (is_ftp(url) && mirror.kind == MirrorKind::service) continue;
    if (auto json = try_get(downloader, mirror.file_url(kDatasetFile, options.dataset))) {
      check_dataset(sha256_hex(*json), options);
      return {mirror, std::move(*json)};
    }
  }
  const std::string manifest = manifest_name(1, 1);
  if (auto json = try_get(downloader, shards.file_url(manifest, ""))) {
    check_dataset(decode_pack_manifest(*json, manifest).recipe.dataset, options);
    return {shards, std::move(*json)};
  }
  throw Error(Errc::not_found, "is neither a fragd, nor a folder with a dataset, nor one with packed shards");
}

namespace {

// Greets all mirrors at once, each on a thread of its own.
class Roundup {
 public:
  Roundup(const std::vector<std::string>& urls, const MirrorsOptions& options)
      : options_(options), answers_(urls.size()) {
    for (std::size_t i = 0; i < urls.size(); ++i)
      threads_.emplace_back([this, i, url = urls[i]] { ask(i, url); });
  }
  ~Roundup() {
    enough_ = true;
    for (std::thread& thread : threads_) thread.join();
  }
  Roundup(const Roundup&) = delete;
  Roundup& operator=(const Roundup&) = delete;

  // The next one in the order given that answered well, waiting a moment for those before it; nullopt once
  // all have answered.
  std::optional<std::size_t> next() {
    constexpr std::chrono::milliseconds kGrace{500};
    std::unique_lock lock(mutex_);
    std::optional<std::chrono::steady_clock::time_point> since;
    while (true) {
      const auto now = std::chrono::steady_clock::now();
      bool waiting = false;
      for (std::size_t i = 0; i < answers_.size(); ++i) {
        Answer& answer = answers_[i];
        if (answer.greeting && !answer.used) {
          if (!since) since = now;
          if (waiting && now < *since + kGrace) break;
          answer.used = true;
          return i;
        }
        waiting = waiting || !answer.done;
      }
      if (!since && !waiting) return std::nullopt;
      throw_if_stopped();
      changed_.wait_for(lock, std::chrono::milliseconds(50));
    }
  }

  Greeting& greeting(std::size_t i) { return *answers_[i].greeting; }
  std::optional<MirrorAddress> known(std::size_t i) {
    const std::lock_guard lock(mutex_);
    if (!answers_[i].greeting) return std::nullopt;
    return answers_[i].greeting->mirror;
  }
  std::string problem(std::size_t i) {
    const std::lock_guard lock(mutex_);
    return answers_[i].problem;
  }

 private:
  struct Answer {
    std::optional<Greeting> greeting;
    std::string problem;
    bool done = false;
    bool used = false;
  };

  void ask(std::size_t i, const std::string& url) {
    http::Downloader downloader(options_.client, [this] { return enough_.load(); });
    Health health;
    while (!enough_ && !health.hopeless()) {
      if (Health::Clock::now() < health.ask_again()) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
        continue;
      }
      try {
        Greeting greeting = greet(downloader, url, options_);
        const std::lock_guard lock(mutex_);
        answers_[i].greeting = std::move(greeting);
        break;
      } catch (const Error& error) {
        if (enough_) break;
        const std::lock_guard lock(mutex_);
        if (health.learn(error, Health::Clock::now())) answers_[i].problem = error.what();
      }
    }
    {
      const std::lock_guard lock(mutex_);
      answers_[i].done = true;
    }
    changed_.notify_all();
  }

  const MirrorsOptions options_;
  std::atomic<bool> enough_{false};
  std::mutex mutex_;  // guards the answers
  std::condition_variable changed_;
  std::vector<Answer> answers_;
  std::vector<std::thread> threads_;
};

}  // namespace

Mirrors::Mirrors(const std::vector<std::string>& urls, const MirrorsOptions& options)
    : options_(options), known_(urls.size()) {
  if (urls.empty()) throw Error(Errc::usage, "no mirror: give the address of one, http://HOST:PORT");
  for (const std::string& url : urls) urls_.push_back(http::normalise_base_url(url, http::Ftp::allowed));
  find_dataset();
  if (!files_.dataset_json.empty()) load_tables();
}

const Catalog& Mirrors::catalog() const {
  if (!catalog_)
    throw Error(Errc::usage,
                "these mirrors hold packed shards only, without the dataset; name one that has it");
  return *catalog_;
}

std::optional<MirrorAddress> Mirrors::packed() const {
  const std::lock_guard lock(mutex_);
  for (const auto& mirror : known_) {
    if (mirror && mirror->kind == MirrorKind::shards) return mirror;
  }
  return std::nullopt;
}

void Mirrors::find_dataset() {
  std::string packed_dataset;
  Roundup roundup(urls_, options_);
  while (const auto i = roundup.next()) {
    Greeting& greeting = roundup.greeting(*i);
    if (greeting.mirror.kind == MirrorKind::shards) {
      const std::string name = manifest_name(1, 1);
      if (packed_dataset.empty())
        packed_dataset = decode_pack_manifest(greeting.document, name).recipe.dataset;
      continue;
    }
    files_.dataset_json = std::move(greeting.document);
    options_.dataset = sha256_hex(files_.dataset_json);
    break;
  }
  for (std::size_t i = 0; i < urls_.size(); ++i) {
    known_[i] = roundup.known(i);
    if (const std::string problem = roundup.problem(i); !problem.empty())
      notes_.push_back(mirror_note(urls_[i], problem));
  }
  if (!files_.dataset_json.empty()) return;
  if (!packed_dataset.empty() && options_.trust.empty()) {
    options_.dataset = packed_dataset;
    return;
  }
  std::string message = "none of the mirrors gives the dataset";
  for (const std::string& line : notes_) message += "\n  " + line;
  throw Error(Errc::unavailable, message);
}

// From the first mirror that has the trusted one, else from the first that has one at all; empty where none
// has. A mirror is not waited for long, and one that did not answer yet only for a signature to be trusted.
std::string Mirrors::fetch_signature() {
  constexpr std::chrono::seconds kPatience{5};
  std::string found;
  for (std::size_t i = 0; i < known_.size(); ++i) {
    if (options_.trust.empty() && !known_[i]) continue;
    const auto until = std::chrono::steady_clock::now() + kPatience;
    http::Downloader downloader(
        options_.client, [until] { return stop_requested() || std::chrono::steady_clock::now() > until; });
    try {
      const MirrorAddress address = mirror(i, downloader);
      if (address.kind == MirrorKind::shards) continue;
      const auto signature = try_get(downloader, address.file_url(kSignatureFile, options_.dataset));
      if (!signature) continue;
      if (found.empty()) found = *signature;
      if (!options_.trust.empty()) verify_signature(files_.dataset_json, *signature, options_.trust);
      return *signature;
    } catch (const Error& error) {
      throw_if_stopped();
      if (error.code() == Errc::refused) notes_.push_back(mirror_note(urls_[i], error.what()));
    }
  }
  return found;
}

void Mirrors::load_tables() {
  FileTransfer transfer(*this);
  files_.signature = fetch_signature();
  if (!options_.trust.empty()) verify_signature(files_.dataset_json, files_.signature, options_.trust);
  const Json tables = json_get<Json>(parse_json(files_.dataset_json, kDatasetFile), "tables", kDatasetFile);
  const auto table = [&](const char* name) {
    const Json stated = json_get<Json>(tables, name, kDatasetFile);
    return transfer.get({name,
                         {0, json_get<std::uint64_t>(stated, "bytes", kDatasetFile)},
                         json_get<std::string>(stated, "sha256", kDatasetFile)});
  };
  files_.sources_jsonl = table(kSourcesFile);
  if (tables.contains(kLabelsFile)) files_.labels = table(kLabelsFile);
  files_.sha256sums = encode_sums(files_.dataset_json);
  catalog_ = std::make_unique<const Catalog>(files_);
  for (const std::string& note : transfer.notes()) notes_.push_back(note);
}

MirrorAddress Mirrors::mirror(std::size_t i, http::Downloader& downloader) const {
  {
    const std::lock_guard lock(mutex_);
    if (known_[i]) return *known_[i];
  }
  const Greeting greeting = greet(downloader, urls_[i], options_);
  const std::lock_guard lock(mutex_);
  known_[i] = greeting.mirror;
  return greeting.mirror;
}

bool Mirrors::may_render() const {
  const std::lock_guard lock(mutex_);
  return std::any_of(known_.begin(), known_.end(),
                     [](const auto& mirror) { return !mirror || mirror->kind != MirrorKind::folder; });
}

std::vector<std::string> Mirrors::notes() const {
  return notes_;
}

}  // namespace frag
