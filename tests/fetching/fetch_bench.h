// A dataset, what is fetched of it, and whether that is right.
#pragma once

#include <stdexcept>
#include <string>

#include "libfrag/archive/sample_tar.h"
#include "libfrag/dataset/folder.h"
#include "libfrag/dataset/renderer.h"
#include "libfrag/fetching/sample_fetch.h"
#include "tests/support/support.h"

namespace frag::test {

struct FetchBench {
  TempDir dir;
  std::filesystem::path dataset = test::small_dataset(dir, 3, 4);
  DatasetFolder folder{dataset};
  FragmentRenderer renderer{folder};

  FetchOptions options(FetchBy by, SampleFormat format = SampleFormat::raw) const {
    FetchOptions options;
    options.by = by;
    options.format = format;
    options.cache = dir / "cache";
    return options;
  }
  static MirrorsOptions impatient() {
    MirrorsOptions options;
    options.client.stall_timeout = std::chrono::seconds(1);
    options.client.connect_timeout = std::chrono::seconds(1);
    return options;
  }
  static SampleSpec spec(std::uint64_t count, std::uint64_t seed = 3) {
    SampleSpec spec;
    spec.count = count;
    spec.seed = seed;
    return spec;
  }
  // How many fragments came, each checked against the dataset itself. Throws a std::runtime_error for the
  // first that is wrong, so that any number of threads may call it (Catch's own checks are for one).
  std::uint64_t fetch_checked(SampleFetcher& fetcher, const SampleSpec& wanted, std::uint64_t skip = 0) {
    const Sampler sampler(folder.catalog());
    const SampleList list = sampler.draw(wanted);
    std::uint64_t next = skip;
    fetcher.fetch(fetcher.want(wanted), skip, [&](std::uint64_t position, const EncodedFragment& fragment) {
      if (position != next++ || !is_right(fragment, list.at(position)))
        throw std::runtime_error("fragment " + std::to_string(position) + " is wrong");
    });
    return next;
  }

 private:
  bool is_right(const EncodedFragment& fragment, FragmentId id) {
    return fragment.id == id && fragment.key == sample_key(id) &&
           (fragment.format != SampleFormat::raw || fragment.picture == renderer.render(id).packed()) &&
           fragment_problem(folder.catalog(), id, fragment.key, fragment).empty();
  }
};

}  // namespace frag::test
