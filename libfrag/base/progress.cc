#include "libfrag/base/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include "libfrag/base/text.h"

namespace frag {
namespace {

constexpr int kBarWidth = 24;

}  // namespace

Progress::Progress(std::string what, std::uint64_t total, std::string unit)
    : what_(std::move(what)),
      total_(total),
      unit_(std::move(unit)),
      shown_(::isatty(STDERR_FILENO) == 1),
      start_(Clock::now()) {}

Progress::~Progress() {
  if (shown_) std::fputs("\r\033[K", stderr);
}

void Progress::add(std::uint64_t count) {
  if (!shown_) return;
  const std::lock_guard lock(mutex_);
  done_ += count;
  const auto now = Clock::now();
  if (now - drawn_ < std::chrono::milliseconds(100) && done_ != total_) return;
  drawn_ = now;
  draw(now);
}

void Progress::say(std::string words) {
  const std::lock_guard lock(mutex_);
  words_ = std::move(words);
}

void Progress::draw(Clock::time_point now) {
  const double elapsed = std::chrono::duration<double>(now - start_).count();
  const double rate = elapsed > 0 ? static_cast<double>(done_) / elapsed : 0;
  std::string line = what_ + " ";
  if (total_ > 0) {
    const double share = std::min(1.0, static_cast<double>(done_) / static_cast<double>(total_));
    const auto filled = static_cast<std::size_t>(share * kBarWidth);
    line += "[" + std::string(filled, '#') + std::string(kBarWidth - filled, '.') + "] " +
            format_count(done_) + "/" + format_count(total_) + " " + unit_;
    // The first ones pay for starting: no rate yet.
    if (rate > 0 && elapsed >= 2)
      line += ", " + format_seconds(static_cast<double>(total_ - std::min(done_, total_)) / rate) + " left";
  } else {
    line += format_count(done_) + " " + unit_;
  }
  line += ", " + format_fixed(rate, 1) + "/s";
  if (!words_.empty()) line += ", " + words_;
  std::fprintf(stderr, "\r%s\033[K", line.c_str());
  std::fflush(stderr);
}

}  // namespace frag
