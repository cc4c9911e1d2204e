#include "trainer/job_view.h"

#include <algorithm>
#include <ctime>

#include "libfrag/base/text.h"
#include "trainer/job_table.h"
#include "trainer/text_table.h"

namespace frag::trainer {
namespace {

using rounds::EventStatus;
using rounds::JobStatus;
using rounds::RoundStatus;
using rounds::WorkerStatus;

constexpr std::size_t kBarWidth = 24;
constexpr std::size_t kWideWidth = 64;
constexpr std::size_t kRecentRounds = 10;  // from which the time that is left is guessed

bool begins_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0xc0) != 0x80;
}

bool is_control(char byte) {
  const auto code = static_cast<unsigned char>(byte);
  return code < 0x20 || code == 0x7f;
}

// At most `width` characters of it, and none that a terminal would obey.
std::string fitted(const std::string& text, std::size_t width) {
  std::string out;
  std::size_t count = 0;
  for (const char byte : text) {
    if (begins_character(byte) && ++count > width) break;
    out += is_control(byte) ? '?' : byte;
  }
  return out;
}

std::string bar(std::int64_t done, std::int64_t all) {
  const double share =
      all > 0 ? std::clamp(static_cast<double>(done) / static_cast<double>(all), 0.0, 1.0) : 0.0;
  const auto filled = static_cast<std::size_t>(share * static_cast<double>(kBarWidth));
  return "[" + std::string(filled, '#') + std::string(kBarWidth - filled, '.') + "] ";
}

// The time of day, here.
std::string clock_text(double when) {
  const auto seconds = static_cast<std::time_t>(when);
  std::tm parts{};
  char text[16];
  if (::localtime_r(&seconds, &parts) == nullptr) return "--:--:--";
  std::strftime(text, sizeof text, "%H:%M:%S", &parts);
  return text;
}

std::vector<RoundStatus> closed_rounds(const JobStatus& status) {
  std::vector<RoundStatus> closed;
  std::ranges::copy_if(status.history, std::back_inserter(closed),
                       [](const RoundStatus& round) { return round.state == "closed"; });
  return closed;
}

// As the newest rounds went.
std::string time_left(const JobStatus& status, const std::vector<RoundStatus>& closed, std::int64_t rest) {
  const std::size_t count = std::min(kRecentRounds, closed.size());
  if (count == 0 || rest <= 0 || status.state != "open") return "";
  double seconds = 0;
  for (std::size_t i = closed.size() - count; i < closed.size(); ++i) seconds += closed[i].seconds;
  return ", about " + format_seconds(seconds / static_cast<double>(count) * static_cast<double>(rest)) +
         " left";
}

std::string open_round_line(const RoundStatus& round, const JobStatus& status) {
  std::string line = bar(round.taken, status.needed) + std::to_string(round.taken) + " of " +
                     std::to_string(status.needed) + " results in round " + std::to_string(round.round);
  if (round.state != "open") line += " (" + round.state + ")";
  if (round.late > 0) line += ", " + std::to_string(round.late) + " late";
  if (round.refused > 0) line += ", " + std::to_string(round.refused) + " refused";
  return line + ", " + format_seconds(round.seconds);
}

// `accuracy 0.899` and how it came to be.
std::string curve_line(const std::string& what, const std::vector<double>& values, std::size_t width) {
  const std::string text = what + " " + format_fixed(values.back(), 3) + "  ";
  return text + sparkline(values, width > text.size() ? width - text.size() : 0);
}

void append_curves(std::vector<std::string>& lines, const JobStatus& status,
                   const std::vector<RoundStatus>& closed, std::size_t width) {
  std::vector<double> measured, reported;
  for (const auto& one : status.measurements) measured.push_back(one.accuracy);
  for (const RoundStatus& round : closed) {
    if (round.accuracy > 0) reported.push_back(round.accuracy);
  }
  if (!measured.empty()) lines.push_back(curve_line("accuracy, measured", measured, width));
  if (!reported.empty()) lines.push_back(curve_line("accuracy, workers ", reported, width));
}

std::vector<std::string> head_lines(const JobStatus& status, std::size_t width) {
  const std::vector<RoundStatus> closed = closed_rounds(status);
  const rounds::RoundTotals totals = totals_of(status);
  std::vector<std::string> lines{format_headline(status)};
  if (!status.trouble.empty()) lines.push_back("it cannot go on: " + status.trouble);
  lines.push_back(bar(totals.closed, status.rounds) + std::to_string(totals.closed) + " of " +
                  count_of(static_cast<std::uint64_t>(status.rounds), "round") +
                  time_left(status, closed, status.rounds - totals.closed));
  if (!status.history.empty() && status.history.back().state != "closed")
    lines.push_back(open_round_line(status.history.back(), status));
  append_curves(lines, status, closed, width);
  if (totals.received + totals.sent > 0)
    lines.push_back("received " + format_bytes(totals.received) + ", sent " + format_bytes(totals.sent));
  return lines;
}

// Those who work first, those who are gone last.
std::vector<WorkerStatus> in_order(std::vector<WorkerStatus> workers) {
  std::ranges::stable_sort(workers, {}, [](const WorkerStatus& worker) {
    return worker.state == "gone" ? 2 : worker.state == "waiting" ? 1 : 0;
  });
  return workers;
}

// At most `most` lines; on a narrow terminal without what is said of a worker's speed and silence.
std::vector<std::string> worker_lines(const JobStatus& status, std::size_t most, std::size_t width) {
  const bool wide = width >= kWideWidth;
  std::vector<std::string> header{"worker", "state", "taken", "late"};
  if (wide) header.insert(header.end(), {"fragments/s", "heard"});
  TextTable table(header);
  const std::vector<WorkerStatus> workers = in_order(status.workers);
  const std::size_t shown = workers.size() < most ? workers.size() : most < 2 ? 0 : most - 2;
  for (std::size_t i = 0; i < shown; ++i) {
    const WorkerStatus& worker = workers[i];
    std::vector<std::string> cells{fitted(worker.name, 24), worker.state, std::to_string(worker.taken),
                                   std::to_string(worker.late)};
    if (wide) {
      cells.push_back(worker.speed > 0 ? format_fixed(worker.speed, 1) : "-");
      cells.push_back(worker.heard < 60 ? format_fixed(worker.heard, 0) + " s ago"
                                        : format_seconds(worker.heard) + " ago");
    }
    table.add(cells);
  }
  std::vector<std::string> lines = split_text(table.text(), '\n');
  lines.pop_back();  // behind the last line's end
  if (shown < workers.size()) lines.push_back("and " + std::to_string(workers.size() - shown) + " more");
  return lines;
}

std::string event_line(const EventStatus& event) {
  std::string line = clock_text(event.when) + "  ";
  if (event.round > 0) line += "round " + std::to_string(event.round) + ": ";
  return line + event.kind + (event.text.empty() ? "" : ": " + event.text);
}

}  // namespace

std::string sparkline(const std::vector<double>& values, std::size_t width) {
  static constexpr const char* kBlocks[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  const std::size_t count = std::min(width, values.size());
  if (count == 0) return "";
  const auto begin = values.end() - static_cast<std::ptrdiff_t>(count);
  const auto [least, greatest] = std::minmax_element(begin, values.end());
  const double range = *greatest - *least;
  std::string line;
  for (auto value = begin; value != values.end(); ++value)
    line += kBlocks[range > 0 ? static_cast<int>((*value - *least) / range * 7.0 + 0.5) : 3];
  return line;
}

std::vector<std::string> view_lines(const JobStatus& status, ViewSize size) {
  std::vector<std::string> lines = head_lines(status, size.width);
  const auto room = [&] { return size.height > lines.size() ? size.height - lines.size() : 0; };
  if (!status.workers.empty() && room() > 4) {
    // Half of what is left where there are events, but no less than what they leave empty.
    const std::size_t left = room() - 1;
    const std::size_t events = std::min(status.events.size(), left / 2);
    const std::vector<std::string> workers =
        worker_lines(status, left - events - (events > 0 ? 1 : 0), size.width);
    lines.emplace_back();
    lines.insert(lines.end(), workers.begin(), workers.end());
  }
  if (!status.events.empty() && room() > 1) {
    lines.emplace_back();
    const std::size_t count = std::min(room(), status.events.size());
    for (std::size_t i = 0; i < count; ++i)
      lines.push_back(event_line(status.events[status.events.size() - 1 - i]));
  }
  lines.resize(std::min(lines.size(), size.height));
  for (std::string& line : lines) line = fitted(line, size.width);
  return lines;
}

std::vector<std::string> change_lines(const JobStatus& before, const JobStatus& now) {
  std::vector<std::string> lines;
  const std::int64_t told = before.events.empty() ? 0 : before.events.back().number;
  for (const EventStatus& event : now.events) {
    if (event.number > told && event.kind != "closed") lines.push_back(event_line(event));
  }
  const std::int64_t ended = totals_of(before).closed;  // rounds close in order
  for (const RoundStatus& round : closed_rounds(now)) {
    if (round.round > ended) lines.push_back(format_round_line(round));
  }
  if (before.trouble.empty() && !now.trouble.empty()) lines.push_back("it cannot go on: " + now.trouble);
  if (!before.trouble.empty() && now.trouble.empty()) lines.emplace_back("it goes on");
  if (before.state != now.state || before.reason != now.reason) lines.push_back(format_headline(now));
  for (std::string& line : lines) line = fitted(line, line.size());
  return lines;
}

}  // namespace frag::trainer
