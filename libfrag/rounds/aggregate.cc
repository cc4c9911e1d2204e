#include "libfrag/rounds/aggregate.h"

#include <algorithm>
#include <cstring>
#include <memory>

#include "libfrag/base/digest.h"
#include "libfrag/base/error.h"
#include "libfrag/base/file.h"
#include "libfrag/rounds/weights_reader.h"

namespace frag::rounds {
namespace {

// All parts' blocks together, and the largest block of one part: with a dozen parts they stay in a core's own
// cache.
constexpr std::size_t kMemory = std::size_t{16} << 20;
constexpr std::size_t kBlockBytes = std::size_t{64} << 10;
constexpr std::size_t kSmallestBlock = 64;

// The readers of a step's results, with each tensor's place in each file.
struct Results {
  std::vector<std::unique_ptr<WeightsReader>> readers;
  // places[t][p]: the base's tensor t in result p's file. Files may order their tensors differently.
  std::vector<std::vector<const TensorInfo*>> places;
};

Results open_results(const TensorLayout& base, const std::vector<std::filesystem::path>& paths) {
  if (paths.empty()) throw Error(Errc::internal, "a step is made of at least one result");
  Results results;
  results.places.resize(base.tensors.size());
  for (const auto& path : paths) {
    auto reader = std::make_unique<WeightsReader>(path);
    if (const std::string why = layout_mismatch(reader->layout(), base); !why.empty()) {
      throw Error(Errc::bad_input, path.filename().string() + ": " + why);
    }
    for (std::size_t t = 0; t < base.tensors.size(); ++t) {
      results.places[t].push_back(reader->layout().find(base.tensors[t].name));
    }
    results.readers.push_back(std::move(reader));
  }
  return results;
}

template <class Number>
std::span<const Number> view(const std::string& bytes) {
  // A string's bytes come from operator new, which aligns them for any number; a short string's own buffer
  // lies at a multiple of eight too.
  return {reinterpret_cast<const Number*>(bytes.data()), bytes.size() / sizeof(Number)};
}

class Averaging {
 public:
  Averaging(const WeightsReader& base, const Results& results, AtomicFile& out)
      : base_(base), results_(results), out_(out) {
    emit(base.header());
  }

  // Runs `step` over tensor `t` block by block and writes what it gives.
  template <class Number, class Step>
  void run(std::size_t t, const Step& step) {
    const TensorInfo& tensor = base_.layout().tensors[t];
    const std::size_t length = block_elements(sizeof(Number));
    std::vector<Number> next(length);
    std::vector<std::string> bytes(results_.readers.size());
    for (std::uint64_t first = 0; first < tensor.elements(); first += length) {
      const std::size_t count = std::min<std::uint64_t>(length, tensor.elements() - first);
      const std::string base = base_.read(tensor, first, count);
      Block<Number> block{tensor, first, view<Number>(base), {}, std::span(next).first(count), {}};
      for (std::size_t p = 0; p < bytes.size(); ++p) {
        bytes[p] = results_.readers[p]->read(*results_.places[t][p], first, count);
        block.results.push_back(view<Number>(bytes[p]));
      }
      step(block);
      emit({reinterpret_cast<const char*>(next.data()), count * sizeof(Number)});
    }
  }

  std::string digest() { return sha_.hex(); }

 private:
  std::size_t block_elements(std::size_t width) const {
    const std::size_t share = kMemory / results_.readers.size();
    return std::max(kSmallestBlock, std::min(kBlockBytes, share) / width);
  }

  void emit(std::string_view bytes) {
    sha_.update(bytes);
    out_.write(bytes);
  }

  const WeightsReader& base_;
  const Results& results_;
  AtomicFile& out_;
  Sha256 sha_;
};

}  // namespace

Aggregated aggregate(const StepFiles& files, const Rule& rule) {
  const WeightsReader weights(files.base);
  const Results results = open_results(weights.layout(), files.results);
  AtomicFile out(files.next);
  Averaging averaging(weights, results, out);
  for (std::size_t t = 0; t < weights.layout().tensors.size(); ++t) {
    switch (weights.layout().tensors[t].kind) {
      case TensorKind::parameter:
        averaging.run<float>(t, [&](const Block<float>& block) { rule.parameter(block); });
        break;
      case TensorKind::buffer:
        averaging.run<float>(t, [&](const Block<float>& block) { rule.buffer(block); });
        break;
      case TensorKind::counter:
        averaging.run<std::int64_t>(t, [&](const Block<std::int64_t>& block) { rule.counter(block); });
        break;
      case TensorKind::index:
        throw Error(Errc::bad_input, files.base.filename().string() + ": weights hold no indices");
    }
  }
  Aggregated written{averaging.digest(), out.size()};
  out.commit();
  return written;
}

}  // namespace frag::rounds
