#include "libfrag/rounds/aggregate.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <thread>

#include "libfrag/base/digest.h"
#include "libfrag/base/error.h"
#include "libfrag/base/file.h"
#include "libfrag/rounds/ordered_work.h"
#include "libfrag/rounds/result_reader.h"
#include "libfrag/rounds/rule_memory.h"
#include "libfrag/rounds/weights_reader.h"

namespace frag::rounds {
namespace {

// What is written and hashed at once.
constexpr std::size_t kPieceBytes = std::size_t{1} << 20;
// Of each result, read at once: with a dozen results, all their blocks stay in a core's own cache; with some
// hundred they no longer do, and smaller reads would cost more than that.
constexpr std::size_t kCacheShare = std::size_t{512} << 10;
constexpr std::size_t kLargestBlock = std::size_t{64} << 10;
constexpr std::size_t kSmallBlock = std::size_t{16} << 10;
// All results' blocks of one thread, and what a block shrinks to at most to keep to it.
constexpr std::size_t kThreadMemory = std::size_t{8} << 20;
constexpr std::size_t kSmallestBlock = 256;
// Beyond these the disk and the memory are what is waited for.
constexpr std::size_t kMostThreads = 4;

std::size_t block_bytes(std::size_t results) {
  const std::size_t in_cache = std::clamp(kCacheShare / results, kSmallBlock, kLargestBlock);
  const std::size_t in_memory = std::max(kThreadMemory / results, kSmallestBlock);
  return std::min(in_cache, in_memory) / 8 * 8;
}

std::size_t thread_count(std::size_t wanted) {
  if (wanted > 0) return wanted;
  return std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, kMostThreads);
}

// Elements [first, first + count) of a tensor.
struct Piece {
  std::size_t tensor;
  std::uint64_t first;
  std::size_t count;
};

std::vector<Piece> pieces_of(const TensorLayout& layout) {
  std::vector<Piece> pieces;
  for (std::size_t t = 0; t < layout.tensors.size(); ++t) {
    const std::uint64_t elements = layout.tensors[t].elements();
    const std::size_t most = kPieceBytes / width_of(layout.tensors[t].dtype);
    for (std::uint64_t first = 0; first < elements; first += most) {
      pieces.push_back({t, first, std::min<std::uint64_t>(most, elements - first)});
    }
  }
  return pieces;
}

// Bytes that come from operator new, which aligns them for any number.
template <class Number>
std::span<Number> numbers_in(std::vector<char>& bytes, std::size_t first, std::size_t count) {
  return std::span(reinterpret_cast<Number*>(bytes.data()), bytes.size() / sizeof(Number))
      .subspan(first, count);
}

// One thread's blocks.
struct Workspace {
  Workspace(std::size_t bytes, std::size_t results, std::size_t memories)
      : base(bytes), parts(results, std::vector<char>(bytes)), memory(memories, std::vector<char>(bytes)) {}

  std::vector<char> base;
  std::vector<std::vector<char>> parts;
  std::vector<std::vector<char>> memory;
};

class ServerStep {
 public:
  ServerStep(const StepFiles& files, const Rule& rule, std::size_t threads)
      : rule_(rule), base_(files.base), pieces_(pieces_of(base_.layout())), threads_(threads) {
    if (files.results.empty()) throw Error(Errc::internal, "a step is made of at least one result");
    const std::string why = not_weights(base_.layout());
    if (!why.empty()) throw Error(Errc::bad_input, files.base.filename().string() + ": " + why);
    for (const auto& path : files.results) {
      results_.push_back(std::make_unique<ResultReader>(path, base_.layout()));
    }
    if (const auto names = rule.memory(); !names.empty()) {
      memory_.emplace(names, base_.layout(), files.memory, files.next_memory);
    }
    out_.emplace(files.next);
  }

  Aggregated run() {
    Xxh3 digest;
    digest.update(base_.header());
    out_->resize(base_.layout().file_bytes);
    out_->write_at(0, base_.header());
    const std::size_t largest = largest_piece();
    const std::size_t bytes = std::min(block_bytes(results_.size()), largest);
    std::vector<Workspace> workspaces(threads_, {bytes, results_.size(), memory_ ? memory_->count() : 0});
    std::vector<std::vector<char>> slots(2 * threads_ + 1, std::vector<char>(largest));
    run_in_order({.pieces = pieces_.size(),
                  .threads = threads_,
                  .slots = slots.size(),
                  .make = [&](std::size_t thread, std::size_t piece,
                              std::size_t slot) { make(pieces_[piece], workspaces[thread], slots[slot]); },
                  .take = [&](std::size_t piece,
                              std::size_t slot) { digest.update(bytes_of(pieces_[piece], slots[slot])); }});
    if (memory_) memory_->commit();
    out_->commit();
    return {digest.hex(), base_.layout().file_bytes};
  }

 private:
  const TensorInfo& tensor_of(const Piece& piece) const { return base_.layout().tensors[piece.tensor]; }

  // Small models take little memory. A multiple of 8 bytes, as blocks are.
  std::size_t largest_piece() const {
    std::size_t largest = 8;
    for (const Piece& piece : pieces_) {
      largest = std::max(largest, piece.count * width_of(tensor_of(piece).dtype));
    }
    return (largest + 7) / 8 * 8;
  }

  std::string_view bytes_of(const Piece& piece, const std::vector<char>& slot) const {
    return {slot.data(), piece.count * width_of(tensor_of(piece).dtype)};
  }

  void make(const Piece& piece, Workspace& space, std::vector<char>& slot) const {
    const TensorInfo& tensor = tensor_of(piece);
    if (tensor.kind == TensorKind::counter) {
      make_blocks<std::int64_t>(piece, space, slot, &Rule::counter);
    } else if (tensor.kind == TensorKind::buffer) {
      make_blocks<float>(piece, space, slot, &Rule::buffer);
    } else {
      make_blocks<float>(piece, space, slot, &Rule::parameter);
    }
    out_->write_at(tensor.offset + piece.first * width_of(tensor.dtype), bytes_of(piece, slot));
  }

  // Makes a piece block by block.
  template <class Number>
  void make_blocks(const Piece& piece, Workspace& space, std::vector<char>& slot,
                   void (Rule::*handle)(const Block<Number>&) const) const {
    const TensorInfo& tensor = tensor_of(piece);
    const std::size_t length = space.base.size() / sizeof(Number);
    for (std::size_t done = 0; done < piece.count; done += length) {
      const std::size_t count = std::min(length, piece.count - done);
      const std::uint64_t first = piece.first + done;
      base_.read_into(tensor, first, count, space.base.data());
      Block<Number> block{
          tensor, first, numbers_in<Number>(space.base, 0, count), {}, numbers_in<Number>(slot, done, count),
          {}};
      for (std::size_t p = 0; p < results_.size(); ++p) {
        const std::span<Number> numbers = numbers_in<Number>(space.parts[p], 0, count);
        results_[p]->read(piece.tensor, first, numbers);
        block.results.push_back(numbers);
      }
      if (tensor.kind == TensorKind::parameter) read_memory(piece.tensor, first, count, space, block.memory);
      (rule_.*handle)(block);
      for (std::size_t m = 0; m < block.memory.size(); ++m) {
        memory_->write(piece.tensor, m, first, block.memory[m]);
      }
    }
  }

  void read_memory(std::size_t tensor, std::uint64_t first, std::size_t count, Workspace& space,
                   std::vector<std::span<float>>& memory) const {
    for (std::size_t m = 0; m < space.memory.size(); ++m) {
      memory.push_back(numbers_in<float>(space.memory[m], 0, count));
      memory_->read(tensor, m, first, memory.back());
    }
  }

  const Rule& rule_;
  WeightsReader base_;
  std::vector<Piece> pieces_;
  std::size_t threads_;
  std::vector<std::unique_ptr<ResultReader>> results_;
  std::optional<RuleMemory> memory_;
  std::optional<AtomicFile> out_;
};

}  // namespace

Aggregated aggregate(const StepFiles& files, const Rule& rule, std::size_t threads) {
  return ServerStep(files, rule, thread_count(threads)).run();
}

}  // namespace frag::rounds
