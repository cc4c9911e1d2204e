// Tables that spreadsheets and scripts write: RFC 4180, read by libcsv.
//
// The separator is a comma, a semicolon or a tab, whichever the header row has most of. Lines end as they
// please, a byte order mark is passed over, blank lines count only as lines, and spaces around a field that
// is not quoted are not part of it. Pure functions; any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace frag {

struct CsvRow {
  std::int64_t line = 0;                // where the row begins, the file's first line being 1
  std::span<const std::string> fields;  // valid during the call only
};

// Calls `take` for every row of `text`, the header first; each row has as many fields as the header.
// Errc::bad_input with `name` and the line where the text is not UTF-8, a quote stands where none may stand,
// a row has too few or too many fields, or there is no header. What `take` throws ends the reading.
void read_csv(std::string_view text, const std::string& name, const std::function<void(const CsvRow&)>& take);

}  // namespace frag
