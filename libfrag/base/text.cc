#include "libfrag/base/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <filesystem>

#include "libfrag/base/error.h"

namespace frag {

std::string format_count(std::uint64_t value) {
  std::string digits = std::to_string(value);
  for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, ",");
  return digits;
}

std::string format_fixed(double value, int decimals) {
  std::array<char, 64> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%.*f", decimals, value);
  return buffer.data();
}

std::string count_of(std::uint64_t count, const std::string& thing) {
  return format_count(count) + " " + thing + (count == 1 ? "" : "s");
}

std::string format_bytes(std::uint64_t bytes) {
  static constexpr const char* kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 1024 && unit + 1 < std::size(kUnits)) {
    value /= 1024;
    ++unit;
  }
  return format_fixed(value, unit == 0 ? 0 : 1) + " " + kUnits[unit];
}

std::string format_seconds(double seconds) {
  if (seconds < 60) return format_fixed(seconds, 1) + " s";
  const auto whole = static_cast<std::int64_t>(std::llround(seconds));
  if (whole < 3600) return std::to_string(whole / 60) + " min " + std::to_string(whole % 60) + " s";
  return std::to_string(whole / 3600) + " h " + std::to_string(whole / 60 % 60) + " min";
}

std::vector<std::string> split_text(std::string_view text, char separator) {
  std::vector<std::string> parts;
  std::size_t from = 0;
  for (std::size_t at = text.find(separator); at != std::string_view::npos; at = text.find(separator, from)) {
    parts.emplace_back(text.substr(from, at - from));
    from = at + 1;
  }
  parts.emplace_back(text.substr(from));
  return parts;
}

std::string one_line(std::string_view text, std::size_t most) {
  constexpr std::string_view kCut = "...";
  const auto byte_at = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  std::size_t end = text.size();
  if (end > most) {
    end = most - std::min(most, kCut.size());
    while (end > 0 && (byte_at(end) & 0xc0) == 0x80) --end;  // within a letter
  }
  std::string line;
  for (std::size_t at = 0; at < end; ++at) {
    // U+0080 to U+009F, which move a terminal's cursor as well, are C2 80 to C2 9F.
    const bool two_bytes = byte_at(at) == 0xc2 && at + 1 < end && byte_at(at + 1) < 0xa0;
    const bool control = byte_at(at) < 0x20 || byte_at(at) == 0x7f || two_bytes;
    line += control ? ' ' : text[at];
    at += two_bytes;
  }
  return end < text.size() ? line.append(kCut) : line;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  std::string out;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) out += separator;
    out += parts[i];
  }
  return out;
}

namespace {

// Letters to change, to put in, to take out or to exchange with the next.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before, last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before = last;
    last = row;
  }
  return last[b.size()];
}

}  // namespace

std::optional<std::string> nearest(std::string_view text, const std::vector<std::string>& names) {
  std::optional<std::string> found;
  std::size_t least = std::max<std::size_t>(1, text.size() / 3) + 1;
  for (const std::string& name : names) {
    const std::size_t away = distance(text, name);
    if (away >= least) continue;
    least = away;
    found = name;
  }
  return found;
}

std::string is_none_of(std::string_view text, const std::vector<std::string>& names) {
  const auto meant = nearest(text, names);
  return "\"" + std::string(text) + "\" is none of " + join(names, ", ") +
         (meant ? "; did you mean " + *meant + "?" : "");
}

std::string lower_extension(std::string_view path) {
  std::string extension = std::filesystem::path(path).extension().string();
  for (char& c : extension) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return extension;
}

std::string in_ascii(std::string_view text) {
  // From U+00C0 to U+017F.
  static constexpr const char* kLetters[] = {
      "A",  "A", "A",  "A",  "Ae", "A", "Ae", "C",  "E",  "E", "E",  "E", "I",  "I",  "I", "I", "D", "N",
      "O",  "O", "O",  "O",  "Oe", "x", "O",  "U",  "U",  "U", "Ue", "Y", "Th", "ss", "a", "a", "a", "a",
      "ae", "a", "ae", "c",  "e",  "e", "e",  "e",  "i",  "i", "i",  "i", "d",  "n",  "o", "o", "o", "o",
      "oe", "/", "o",  "u",  "u",  "u", "ue", "y",  "th", "y", "A",  "a", "A",  "a",  "A", "a", "C", "c",
      "C",  "c", "C",  "c",  "C",  "c", "D",  "d",  "D",  "d", "E",  "e", "E",  "e",  "E", "e", "E", "e",
      "E",  "e", "G",  "g",  "G",  "g", "G",  "g",  "G",  "g", "H",  "h", "H",  "h",  "I", "i", "I", "i",
      "I",  "i", "I",  "i",  "I",  "i", "IJ", "ij", "J",  "j", "K",  "k", "k",  "L",  "l", "L", "l", "L",
      "l",  "L", "l",  "L",  "l",  "N", "n",  "N",  "n",  "N", "n",  "n", "N",  "n",  "O", "o", "O", "o",
      "O",  "o", "Oe", "oe", "R",  "r", "R",  "r",  "R",  "r", "S",  "s", "S",  "s",  "S", "s", "S", "s",
      "T",  "t", "T",  "t",  "T",  "t", "U",  "u",  "U",  "u", "U",  "u", "U",  "u",  "U", "u", "U", "u",
      "W",  "w", "Y",  "y",  "Y",  "Z", "z",  "Z",  "z",  "Z", "z",  "s",
  };
  std::string ascii;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x80) ascii += text[i];
    if (byte < 0xc0) continue;
    const unsigned next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0u;
    const unsigned letter = (byte & 0x1fu) << 6 | (next & 0x3fu);
    const bool is_mu = byte == 0xc2 && next == 0xb5;
    const bool known =
        byte < 0xe0 && (next & 0xc0u) == 0x80 && letter >= 0xc0 && letter - 0xc0 < std::size(kLetters);
    ascii += known ? kLetters[letter - 0xc0] : is_mu ? "u" : "?";
  }
  return ascii;
}

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n;\t") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted.push_back('"');
    quoted.push_back(c);
  }
  return quoted + "\"";
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<double> parse_number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::pair<std::int64_t, std::int64_t> parse_size(std::string_view text) {
  const auto parts = split_text(text, 'x');
  if (parts.size() == 2) {
    const auto width = parse_integer(parts[0]);
    const auto height = parse_integer(parts[1]);
    if (width && height && *width > 0 && *height > 0) return {*width, *height};
  }
  throw Error(Errc::usage,
              "\"" + std::string(text) + "\" is not a size; write WIDTHxHEIGHT in pixels, as in 2272x1704");
}

}  // namespace frag
