// Small text jobs that every program shares: numbers with units out, sizes and ratios in. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace frag {

// 4559688 -> "4,559,688"
std::string format_count(std::uint64_t value);
// "3 files", "1 file": `thing` is one of them.
std::string count_of(std::uint64_t count, const std::string& thing);
// 1536 -> "1.5 KiB"; below 1024 "N B".
std::string format_bytes(std::uint64_t bytes);
// 3.25 -> "3.2 s", 75 -> "1 min 15 s", 7500 -> "2 h 5 min".
std::string format_seconds(double seconds);
// A fixed number of decimals: format_fixed(0.8128, 3) -> "0.813".
std::string format_fixed(double value, int decimals);

// The parts of `text` between separators; "" gives one empty part.
std::vector<std::string> split_text(std::string_view text, char separator);
std::string join(const std::vector<std::string>& parts, std::string_view separator);

// `text` without the blanks (space, tab, line ends) around it.
std::string_view trimmed(std::string_view text);

// The one of `names` that a typing error makes `text` of: one letter of three at most is another, missing,
// too many, or has changed places with its neighbour.
std::optional<std::string> nearest(std::string_view text, const std::vector<std::string>& names);
// `"grey" is none of gray, rgb, keep; did you mean gray?`
std::string is_none_of(std::string_view text, const std::vector<std::string>& names);

// The extension of a path with its dot, in lower case: ".jpg" of "a/b.JPG".
std::string lower_extension(std::string_view path);

// `text` (UTF-8) for pens that know ASCII only: "Mäuse, é" -> "Maeuse, e"; '?' for a letter without a Latin
// one.
std::string in_ascii(std::string_view text);

// `text` (UTF-8) as part of a line that people read, whoever wrote it: control characters are blanks, and
// what is longer than `most` bytes ends between two letters, in "...".
std::string one_line(std::string_view text, std::size_t most);

// A field of a CSV line, in quotes where RFC 4180 wants them.
std::string csv_field(std::string_view text);

// A whole decimal number and nothing else.
std::optional<std::int64_t> parse_integer(std::string_view text);
std::optional<double> parse_number(std::string_view text);
// "2272x1704" -> {2272, 1704}; Errc::usage on anything else.
std::pair<std::int64_t, std::int64_t> parse_size(std::string_view text);

}  // namespace frag
