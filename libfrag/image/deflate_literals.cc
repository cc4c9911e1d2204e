#include "libfrag/image/deflate_literals.h"

#include <libdeflate.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace frag {
namespace {

constexpr std::size_t kEndOfBlock = 256;
constexpr std::size_t kSymbols = 257;
constexpr int kLongest = 15;
// Each block has a code of its own.
constexpr std::size_t kBlock = std::size_t{1} << 17;

using Counts = std::array<std::uint32_t, kSymbols>;
using Lengths = std::array<std::uint8_t, kSymbols>;

// Least significant bit first. Room for all that is put is made beforehand.
class BitWriter {
 public:
  explicit BitWriter(std::string& out) : out_(out) {}

  // Makes room for `bits` more.
  void reserve(std::size_t bits) { out_.resize(end_ + bits / 8 + 2 * sizeof(std::uint64_t)); }
  void start_at(std::size_t end) { end_ = end; }
  // At most 56 bits before the next flush().
  void add(std::uint64_t value, int bits) {
    pending_ |= value << count_;
    count_ += bits;
  }
  void flush() {
    std::memcpy(out_.data() + end_, &pending_, sizeof pending_);
    end_ += static_cast<std::size_t>(count_ >> 3);
    pending_ >>= count_ & ~7;
    count_ &= 7;
  }
  void put(std::uint64_t value, int bits) {
    add(value, bits);
    flush();
  }
  // Fills the last byte and drops the room that was not used.
  void finish() {
    if (count_ > 0) put(0, 8 - count_);
    out_.resize(end_);
  }

 private:
  std::string& out_;
  std::size_t end_ = 0;
  std::uint64_t pending_ = 0;
  int count_ = 0;
};

Counts count_of(std::span<const std::uint8_t> data) {
  // Four tables, because equal neighbours would wait for each other's increment.
  std::array<std::array<std::uint32_t, 256>, 4> tables{};
  for (std::size_t i = 0; i < data.size(); ++i) ++tables[i % 4][data[i]];
  Counts counts{};
  for (std::size_t symbol = 0; symbol < 256; ++symbol) {
    for (const auto& table : tables) counts[symbol] += table[symbol];
  }
  counts[kEndOfBlock] = 1;
  return counts;
}

// How many codes have each length when `used`, the counts of the symbols that occur, ascending, are coded by
// Huffman's algorithm: two queues, of the symbols and of the pairs already made, both ascending.
std::array<std::uint32_t, kSymbols> huffman_histogram(std::span<const std::uint32_t> used) {
  const std::size_t n = used.size();
  std::array<std::uint64_t, 2 * kSymbols> weight{};
  std::array<std::size_t, 2 * kSymbols> parent{};
  std::copy(used.begin(), used.end(), weight.begin());
  std::size_t leaf = 0, pair = n;
  for (std::size_t next = n; next < 2 * n - 1; ++next) {
    for (int child = 0; child < 2; ++child) {
      const std::size_t least = leaf < n && (pair == next || weight[leaf] <= weight[pair]) ? leaf++ : pair++;
      weight[next] += weight[least];
      parent[least] = next;
    }
  }
  std::array<std::size_t, 2 * kSymbols> depth{};
  std::array<std::uint32_t, kSymbols> histogram{};
  for (std::size_t node = 2 * n - 2; node-- > 0;) {
    depth[node] = depth[parent[node]] + 1;
    if (node < n) ++histogram[depth[node]];
  }
  return histogram;
}

// Shortens codes beyond kLongest: they all get kLongest bits, and as that is too many codes of that length, a
// shorter code is lengthened for every one too many.
void limit(std::array<std::uint32_t, kSymbols>& histogram) {
  std::uint64_t space = 0;  // of 2^kLongest
  for (std::size_t length = kLongest + 1; length < histogram.size(); ++length)
    histogram[kLongest] += std::exchange(histogram[length], 0);
  for (std::size_t length = 1; length <= kLongest; ++length)
    space += std::uint64_t{histogram[length]} << (kLongest - length);
  for (; space > std::uint64_t{1} << kLongest; --space) {
    std::size_t shorter = kLongest - 1;
    while (histogram[shorter] == 0) --shorter;
    --histogram[kLongest];
    --histogram[shorter];
    histogram[shorter + 1] += 2;
  }
}

Lengths lengths_of(const Counts& counts) {
  std::array<std::size_t, kSymbols> order;
  std::size_t n = 0;
  for (std::size_t symbol = 0; symbol < kSymbols; ++symbol) {
    if (counts[symbol] > 0) order[n++] = symbol;
  }
  std::stable_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(n),
                   [&counts](std::size_t a, std::size_t b) { return counts[a] < counts[b]; });
  std::array<std::uint32_t, kSymbols> used;
  for (std::size_t i = 0; i < n; ++i) used[i] = counts[order[i]];
  auto histogram = huffman_histogram(std::span(used).first(n));
  limit(histogram);
  Lengths lengths{};
  std::size_t next = 0;
  for (std::size_t length = kLongest; length > 0; --length) {
    for (std::uint32_t i = 0; i < histogram[length]; ++i)
      lengths[order[next++]] = static_cast<std::uint8_t>(length);
  }
  return lengths;
}

struct Code {
  std::uint16_t bits;
  std::uint16_t length;
};

// Canonical codes (RFC 1951, 3.2.2), turned round because deflate writes codes from their highest bit.
std::array<Code, kSymbols> codes_of(const Lengths& lengths) {
  std::array<Code, kSymbols> codes{};
  std::uint32_t next = 0;
  for (std::uint8_t length = 1; length <= kLongest; ++length, next <<= 1) {
    for (std::size_t symbol = 0; symbol < kSymbols; ++symbol) {
      if (lengths[symbol] != length) continue;
      std::uint32_t reversed = 0;
      for (int bit = 0; bit < length; ++bit) reversed |= (next >> bit & 1) << (length - 1 - bit);
      codes[symbol] = {static_cast<std::uint16_t>(reversed), length};
      ++next;
    }
  }
  return codes;
}

// A dynamic block's header (RFC 1951, 3.2.7). Lengths are sent as they are, in a code of 4 bits for each of 0
// to 15.
void put_header(const Lengths& lengths, bool last, BitWriter& out) {
  out.put(last ? 1 : 0, 1);
  out.put(2, 2);  // dynamic codes
  out.put(kSymbols - 257, 5);
  out.put(2 - 1, 5);   // two distance codes, never used: with fewer some readers call the code incomplete
  out.put(19 - 4, 4);  // lengths of the codes for lengths, in the order 16, 17, 18, 0, 8, 7, 9, ...
  for (int i = 0; i < 19; ++i) out.put(i < 3 ? 0 : 4, 3);
  const auto put_length = [&out](std::uint32_t length) {
    out.put((length & 1) << 3 | (length & 2) << 1 | (length & 4) >> 1 | length >> 3, 4);
  };
  for (const std::uint8_t length : lengths) put_length(length);
  put_length(1);
  put_length(1);
}

void put_block(std::span<const std::uint8_t> data, bool last, BitWriter& out) {
  const Counts counts = count_of(data);
  const Lengths lengths = lengths_of(counts);
  std::size_t bits = 2048;  // more than the header's
  for (std::size_t symbol = 0; symbol < kSymbols; ++symbol)
    bits += std::size_t{counts[symbol]} * lengths[symbol];
  out.reserve(bits);
  put_header(lengths, last, out);
  const auto codes = codes_of(lengths);
  std::size_t i = 0;
  for (; i + 3 <= data.size(); i += 3) {
    const Code a = codes[data[i]], b = codes[data[i + 1]], c = codes[data[i + 2]];
    out.add(a.bits, a.length);
    out.add(b.bits, b.length);
    out.put(c.bits, c.length);
  }
  for (; i < data.size(); ++i) out.put(codes[data[i]].bits, codes[data[i]].length);
  out.put(codes[kEndOfBlock].bits, codes[kEndOfBlock].length);
}

}  // namespace

void append_zlib_literals(std::span<const std::uint8_t> data, std::string& out) {
  out.append("\x78\x01", 2);  // deflate, window of 32 KiB, fastest
  BitWriter bits(out);
  bits.start_at(out.size());
  for (std::size_t from = 0; from < data.size(); from += kBlock) {
    const auto block = data.subspan(from, std::min(kBlock, data.size() - from));
    put_block(block, from + block.size() == data.size(), bits);
  }
  bits.finish();
  const std::uint32_t checksum = libdeflate_adler32(1, data.data(), data.size());
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(checksum >> shift & 0xff));
}

}  // namespace frag
