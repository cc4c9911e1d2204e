// The mirrors of a dataset: what each address is, and the dataset's metadata from whichever gives it.
//
// An address is one of three things, found out by asking: a fragd, a folder with a dataset on any HTTP or FTP
// server, or a folder with the shards that `frag pack` wrote.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "libfrag/cutting/pack_manifest.h"
#include "libfrag/dataset/catalog.h"
#include "libfrag/http/download.h"

namespace frag {

enum class MirrorKind {
  service,  // fragd: renders samples, and gives the dataset's files
  folder,   // a dataset's files
  shards,   // what `frag pack` wrote: pack.json, tars and their indexes
};

struct MirrorsOptions {
  std::string dataset{};  // the wanted id; empty: what the first mirror has
  std::string trust{};    // a file with the public key that must have signed the dataset; empty: any
  http::ClientOptions client = patient_client();

  // A mirror that says nothing for so long is taken for stalled.
  static http::ClientOptions patient_client() {
    http::ClientOptions client;
    client.stall_timeout = std::chrono::seconds(15);
    return client;
  }
};

// What a mirror's address turned out to be.
struct MirrorAddress {
  std::string url;
  MirrorKind kind = MirrorKind::service;

  // Where a file of the dataset lies there; `dataset` is its id.
  std::string file_url(const std::string& name, const std::string& dataset) const;
};

// Asks what there is at `url`, and fetches dataset.json, or pack.json for shards. Errors as
// http::Downloader::open, Errc::not_found where it is none of the three, Errc::refused for another dataset
// than the wanted one.
struct Greeting {
  MirrorAddress mirror;
  std::string document;
};
Greeting greet(http::Downloader& downloader, const std::string& url, const MirrorsOptions& options);

// The metadata of one dataset, and its mirrors. Immutable but for what it finds out of mirrors that did not
// answer at first; any number of threads may ask.
class Mirrors {
 public:
  // Asks all of them at once and takes the metadata from the first in the order given that answers soon. The
  // message of Errc::unavailable tells what each of them said. Errc::usage for an address that is none.
  Mirrors(const std::vector<std::string>& urls, const MirrorsOptions& options);

  // The id of the dataset that all of this is about.
  const std::string& dataset() const { return options_.dataset; }
  // False where all mirrors that answered hold packed shards only: then there are no tables.
  bool has_tables() const { return catalog_ != nullptr; }
  // Errc::usage without tables.
  const Catalog& catalog() const;
  const std::string& dataset_json() const { return files_.dataset_json; }
  const MetadataFiles& files() const { return files_; }
  const MirrorsOptions& options() const { return options_; }

  std::size_t size() const { return urls_.size(); }
  const std::string& url(std::size_t i) const { return urls_[i]; }
  // What mirror `i` is; asks it where that is not known yet. Errors as greet().
  MirrorAddress mirror(std::size_t i, http::Downloader& downloader) const;

  // False once every mirror is known to give the dataset's files only.
  bool may_render() const;
  // The first mirror that is known to hold packed shards.
  std::optional<MirrorAddress> packed() const;

  // What went wrong with mirrors at first.
  std::vector<std::string> notes() const;

 private:
  void find_dataset();
  std::string fetch_signature();
  void load_tables();

  MirrorsOptions options_;
  std::vector<std::string> urls_;
  MetadataFiles files_;
  std::unique_ptr<const Catalog> catalog_;
  std::vector<std::string> notes_;

  mutable std::mutex mutex_;  // guards the one below
  mutable std::vector<std::optional<MirrorAddress>> known_;
};

}  // namespace frag
