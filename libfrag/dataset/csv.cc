#include "libfrag/dataset/csv.h"

#include <csv.h>
#include <simdjson.h>

#include <algorithm>
#include <exception>
#include <iterator>
#include <vector>

#include "libfrag/base/error.h"

namespace frag {
namespace {

[[noreturn]] void fail(const std::string& name, std::int64_t line, const std::string& why) {
  throw Error(Errc::bad_input, name + ":" + std::to_string(line) + ": " + why);
}

// The line of the byte at `offset`; lines end in \n, \r\n or \r.
std::int64_t line_at(std::string_view text, std::size_t offset) {
  std::int64_t line = 1;
  for (std::size_t i = 0; i < std::min(offset, text.size()); ++i) {
    const bool lone_return = text[i] == '\r' && (i + 1 == text.size() || text[i + 1] != '\n');
    if (text[i] == '\n' || lone_return) ++line;
  }
  return line;
}

void require_utf8(std::string_view text, const std::string& name) {
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff")) {
    fail(name, 1, "the text is UTF-16; save it as CSV in UTF-8");
  }
  if (simdjson::validate_utf8(text.data(), text.size())) return;
  std::size_t good = 0;  // the end of the last line that is whole
  for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n', good)) {
    if (!simdjson::validate_utf8(text.data() + good, end - good)) break;
    good = end + 1;
  }
  fail(name, line_at(text, good), "the text is not UTF-8; save it as CSV in UTF-8");
}

// The header has no use for a separator inside a name, so the commonest candidate outside quotes is it.
char separator_of(std::string_view text) {
  static constexpr char kCandidates[] = {',', ';', '\t'};
  std::int64_t counts[std::size(kCandidates)] = {};
  bool quoted = false;
  bool begun = false;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    const bool line_end = c == '\n' || c == '\r';
    if (line_end && !quoted && begun) break;
    begun = begun || !line_end;
    for (std::size_t i = 0; i < std::size(kCandidates); ++i) counts[i] += !quoted && c == kCandidates[i];
  }
  return kCandidates[std::distance(counts, std::max_element(std::begin(counts), std::end(counts)))];
}

// One pass of libcsv over a text: its callbacks, and the lines that it does not count.
class Reading {
 public:
  Reading(std::string_view text, const std::string& name, const std::function<void(const CsvRow&)>& take)
      : text_(text), name_(name), take_(take) {
    csv_init(&parser_, CSV_STRICT | CSV_STRICT_FINI | CSV_REPALL_NL);
    csv_set_delim(&parser_, static_cast<unsigned char>(separator_of(text)));
  }
  ~Reading() { csv_free(&parser_); }
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;

  void run() {
    // In pieces, because a callback cannot stop the parser.
    constexpr std::size_t kPiece = 1 << 16;
    for (std::size_t at = 0; at < text_.size(); at += kPiece) {
      const std::string_view piece = text_.substr(at, kPiece);
      const std::size_t read = csv_parse(&parser_, piece.data(), piece.size(), on_field, on_row_end, this);
      rethrow();
      if (read < piece.size()) {
        fail(name_, line_at(text_, at + read),
             "a quote inside a field; put the whole field in quotes and write each quote in it twice");
      }
    }
    const bool whole = csv_fini(&parser_, on_field, on_row_end, this) == 0;
    rethrow();
    if (!whole) fail(name_, line_, "a quoted field in the row that begins here is never closed");
    if (columns_ == 0) fail(name_, 1, "no header row; the first row names the columns");
  }

 private:
  // No exception may cross libcsv's C frames: the first one waits in failure_.
  static void on_field(void* field, std::size_t size, void* self) {
    auto& reading = *static_cast<Reading*>(self);
    reading.guard([&] { reading.add_field({static_cast<const char*>(field), size}); });
  }
  static void on_row_end(int terminator, void* self) {
    auto& reading = *static_cast<Reading*>(self);
    reading.guard([&] { reading.end_row(terminator); });
  }
  template <class Work>
  void guard(Work work) {
    if (failure_) return;
    try {
      work();
    } catch (...) {
      failure_ = std::current_exception();
    }
  }
  void rethrow() {
    if (failure_) std::rethrow_exception(failure_);
  }

  void add_field(std::string_view field) {
    if (used_ == fields_.size()) fields_.emplace_back();
    fields_[used_++].assign(field);
    lines_inside_ += std::count(field.begin(), field.end(), '\n');
  }

  // libcsv reports every line end outside quotes here: \r\n as two, of which the second ends nothing.
  void end_row(int terminator) {
    const bool second_half = terminator == '\n' && after_return_ && used_ == 0;
    after_return_ = terminator == '\r';
    if (second_half) return;
    // A line of nothing but spaces is one empty field to libcsv.
    const bool blank = used_ == 0 || (used_ == 1 && fields_[0].empty());
    if (!blank) {
      if (columns_ == 0) columns_ = used_;
      if (used_ != columns_) {
        fail(name_, line_,
             std::to_string(used_) + " fields where the header has " + std::to_string(columns_));
      }
      take_({line_, {fields_.data(), used_}});
    }
    line_ += lines_inside_ + 1;
    lines_inside_ = 0;
    used_ = 0;
  }

  const std::string_view text_;
  const std::string& name_;
  const std::function<void(const CsvRow&)>& take_;
  csv_parser parser_{};
  std::vector<std::string> fields_;  // reused from row to row; the first used_ are this row's
  std::size_t used_ = 0;
  std::size_t columns_ = 0;  // of the header; 0 before it
  std::int64_t line_ = 1;    // where the row begins
  std::int64_t lines_inside_ = 0;
  bool after_return_ = false;
  std::exception_ptr failure_;
};

}  // namespace

void read_csv(std::string_view text, const std::string& name,
              const std::function<void(const CsvRow&)>& take) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  require_utf8(text, name);
  Reading(text, name, take).run();
}

}  // namespace frag
