#include "libfrag/fetching/mirror_provider.h"

#include <utility>

#include "libfrag/base/error.h"

namespace frag {
namespace {

constexpr int kConnectionsEach = 2;

class ServiceProvider : public Provider {
 public:
  ServiceProvider(http::Downloader& downloader, http::Downloader& aside, const Mirrors& mirrors,
                  std::size_t number, const WantedSample& wanted, Witnesses& witnesses)
      : downloader_(downloader),
        aside_(aside),
        url_(mirrors.url(number)),
        number_(number),
        wanted_(wanted),
        witnesses_(witnesses) {}

  void give(std::uint64_t first, std::uint64_t end, const Take& take) override {
    const Testimony testimony = witnesses_.ask(aside_, number_, first, end);
    auto query = to_query(wanted_.spec);
    query.emplace_back("format", name_of(wanted_.format));
    query.emplace_back("dataset", wanted_.dataset);
    query.emplace_back("skip", std::to_string(first));
    query.emplace_back("limit", std::to_string(end - first));
    downloader_.open(url_ + "/v1/sample" + http::make_query(query));
    SampleReader reader(
        [this](char* buffer, std::size_t capacity) { return downloader_.read(buffer, capacity); });
    for (std::uint64_t position = first; position < end; ++position) {
      auto fragment = next(reader);
      if (!fragment) throw Error(Errc::unavailable, "the sample ended early");
      const std::string problem = wanted_.problem(position, *fragment);
      if (!problem.empty()) throw WrongAnswer("gave " + problem);
      witnesses_.confirm(testimony, position, *fragment);
      fragment->id = wanted_.list.at(position);
      if (!take(std::move(*fragment))) return;
    }
    if (next(reader)) throw WrongAnswer("gave more fragments than were asked for");
  }

 private:
  // A tar that is none is a wrong answer, too.
  static std::optional<EncodedFragment> next(SampleReader& reader) {
    try {
      return reader.next();
    } catch (const Error& error) {
      if (error.code() == Errc::bad_input) throw WrongAnswer(std::string("gave ") + error.what());
      throw;
    }
  }

  http::Downloader& downloader_;
  http::Downloader& aside_;  // for what another mirror says
  const std::string url_;
  const std::size_t number_;
  const WantedSample& wanted_;
  Witnesses& witnesses_;
};

// What the mirror is, is asked when the first fragments are wanted: it may be down until then.
class MirrorProvider : public Provider {
 public:
  MirrorProvider(const Mirrors& mirrors, std::size_t number, ShardSets& shards, const WantedSample& wanted,
                 Witnesses& witnesses, const std::function<bool()>& cancelled)
      : mirrors_(mirrors),
        number_(number),
        shards_(shards),
        wanted_(wanted),
        witnesses_(witnesses),
        downloader_(mirrors.options().client, cancelled),
        aside_(witnesses.client(), cancelled) {}

  void give(std::uint64_t first, std::uint64_t end, const Take& take) override {
    if (!provider_) connect();
    provider_->give(first, end, take);
  }

 private:
  void connect() {
    const MirrorAddress mirror = mirrors_.mirror(number_, downloader_);
    if (mirror.kind == MirrorKind::folder)
      throw Error(Errc::refused, "gives files only, and renders no samples");
    if (mirror.kind == MirrorKind::service) {
      if (wanted_.catalog == nullptr)
        throw Error(Errc::refused, "answered only after the sample was drawn from packed shards");
      provider_ =
          std::make_unique<ServiceProvider>(downloader_, aside_, mirrors_, number_, wanted_, witnesses_);
    } else {
      provider_ =
          std::make_unique<ShardProvider>(downloader_, mirror, shards_.at(downloader_, mirror), wanted_);
    }
  }

  const Mirrors& mirrors_;
  const std::size_t number_;
  ShardSets& shards_;
  const WantedSample& wanted_;
  Witnesses& witnesses_;
  http::Downloader downloader_, aside_;
  std::unique_ptr<Provider> provider_;
};

}  // namespace

std::vector<Line> lines_to(const Mirrors& mirrors, ShardSets& shards, const WantedSample& wanted,
                           Witnesses& witnesses) {
  std::vector<Line> lines;
  for (int connection = 0; connection < kConnectionsEach; ++connection) {
    for (std::size_t i = 0; i < mirrors.size(); ++i) {
      lines.push_back({mirrors.url(i),
                       [&mirrors, &shards, &wanted, &witnesses, i](const std::function<bool()>& cancelled) {
                         return std::make_unique<MirrorProvider>(mirrors, i, shards, wanted, witnesses,
                                                                 cancelled);
                       }});
    }
  }
  return lines;
}

}  // namespace frag
