#include "libfrag/split/personal_names.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

namespace frag {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0 || static_cast<unsigned char>(c) >= 0x80;
}
bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(is_upper(c) ? c - 'A' + 'a' : c);
  return result;
}

// Runs of letters and runs of digits, with what stands before each.
struct Token {
  std::string_view text;
  bool digits = false;
  std::string_view gap;  // characters between this and the token before
};

std::vector<Token> tokens_of(std::string_view text) {
  std::vector<Token> tokens;
  std::size_t gap = 0;
  for (std::size_t i = 0; i < text.size();) {
    const bool digits = is_digit(text[i]);
    if (!digits && !is_letter(text[i])) {
      ++i;
      continue;
    }
    std::size_t end = i;
    while (end < text.size() && (digits ? is_digit(text[end]) : is_letter(text[end]))) ++end;
    tokens.push_back({text.substr(i, end - i), digits, text.substr(gap, i - gap)});
    gap = i = end;
  }
  return tokens;
}

int number(std::string_view digits) {
  int value = 0;
  for (const char c : digits) value = 10 * value + (c - '0');
  return value;
}

bool is_day(int year, int month, int day) {
  return year >= 1900 && year < 2100 && month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

bool is_compact_date(std::string_view digits) {
  return digits.size() == 8 &&
         (is_day(number(digits.substr(0, 4)), number(digits.substr(4, 2)), number(digits.substr(6, 2))) ||
          is_day(number(digits.substr(4, 4)), number(digits.substr(2, 2)), number(digits.substr(0, 2))));
}

bool has_date(const std::vector<Token>& tokens) {
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i].digits && is_compact_date(tokens[i].text)) return true;
    if (i + 2 >= tokens.size() || tokens[i + 1].gap.size() != 1 || tokens[i + 2].gap != tokens[i + 1].gap)
      continue;
    const auto& [a, b, c] = std::array{tokens[i].text, tokens[i + 1].text, tokens[i + 2].text};
    if (!tokens[i].digits || !tokens[i + 1].digits || !tokens[i + 2].digits || b.size() > 2) continue;
    if (a.size() == 4 && c.size() <= 2 && is_day(number(a), number(b), number(c))) return true;
    if (a.size() <= 2 && c.size() == 4 &&
        (is_day(number(c), number(b), number(a)) || is_day(number(c), number(a), number(b))))
      return true;
  }
  return false;
}

bool has_long_number(const std::vector<Token>& tokens) {
  return std::any_of(tokens.begin(), tokens.end(), [](const Token& token) {
    return token.digits && token.text.size() >= 7 && token.text.size() <= 12 &&
           token.text.substr(0, 2) != "00";
  });
}

bool has_patient_number(const std::vector<Token>& tokens) {
  static constexpr std::array<std::string_view, 9> kWords = {"patient", "patients", "pat",  "subject", "mrn",
                                                             "pid",     "dob",      "born", "ssn"};
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
    const bool word = std::find(kWords.begin(), kWords.end(), lower(tokens[i].text)) != kWords.end();
    if (word && tokens[i + 1].digits && tokens[i + 1].gap.find('/') == std::string_view::npos) return true;
  }
  return false;
}

// A capital and at least one more letter, no other capital.
bool is_capitalised(std::string_view word) {
  return word.size() >= 2 && is_upper(word[0]) && std::none_of(word.begin() + 1, word.end(), is_upper);
}

bool is_laboratory_word(std::string_view word) {
  static constexpr std::array<std::string_view, 44> kWords = {
      "area",    "batch",  "benign", "biopsy", "blood", "case",    "cell",   "cells",    "class",
      "control", "crop",   "day",    "field",  "frame", "group",   "image",  "img",      "level",
      "lot",     "normal", "page",   "part",   "photo", "picture", "plate",  "position", "region",
      "roi",     "run",    "sample", "scan",   "scene", "section", "series", "set",      "slide",
      "smear",   "stain",  "stage",  "test",   "tile",  "tissue",  "tumor",  "view"};
  return std::find(kWords.begin(), kWords.end(), lower(word)) != kWords.end();
}

bool is_two_names(std::string_view part) {
  std::vector<Token> words;
  for (const Token& token : tokens_of(part)) {
    if (!token.digits) words.push_back(token);
  }
  if (words.size() != 2) return false;
  static constexpr std::array<std::string_view, 6> kGaps = {"_", "-", ".", " ", ", ", ","};
  const bool joined = std::find(kGaps.begin(), kGaps.end(), words[1].gap) != kGaps.end();
  return joined && std::all_of(words.begin(), words.end(), [](const Token& word) {
           return is_capitalised(word.text) && !is_laboratory_word(word.text);
         });
}

std::string_view without_extension(std::string_view path) {
  const std::size_t dot = path.rfind('.');
  const std::size_t slash = path.rfind('/');
  if (dot == std::string_view::npos || (slash != std::string_view::npos && dot < slash)) return path;
  const std::string extension = lower(path.substr(dot + 1));
  static constexpr std::array<std::string_view, 11> kKnown = {"jpg",  "jpeg", "png", "tif", "tiff", "gif",
                                                              "webp", "bmp",  "jp2", "svs", "ndpi"};
  const bool known = std::find(kKnown.begin(), kKnown.end(), extension) != kKnown.end();
  return known ? path.substr(0, dot) : path;
}

}  // namespace

std::optional<std::string> personal_hint(std::string_view text) {
  const std::string_view name = without_extension(text);
  const std::vector<Token> tokens = tokens_of(name);
  if (has_patient_number(tokens)) return "a patient's number";
  if (has_date(tokens)) return "a date";
  if (has_long_number(tokens)) return "a long number";
  const std::size_t slash = name.rfind('/');
  if (is_two_names(slash == std::string_view::npos ? name : name.substr(slash + 1))) return "a person's name";
  return std::nullopt;
}

}  // namespace frag
