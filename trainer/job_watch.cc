#include "trainer/job_watch.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <utility>

#include "libfrag/base/stop.h"
#include "libfrag/base/text.h"
#include "libfrag/rounds/status_tag.h"
#include "trainer/job_table.h"
#include "trainer/job_view.h"

namespace frag::trainer {
namespace {

using rounds::JobStatus;

constexpr std::chrono::seconds kPeriod{1};

ViewSize terminal_size() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return {};
  return {size.ws_col, size.ws_row};
}

void print(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

class Display {
 public:
  virtual ~Display() = default;
  virtual void show(const JobStatus& status) = 0;
  // No answer came this time.
  virtual void trouble(const Error& error) = 0;
};

// What is said of an outage where standard output is for a program or a log.
class PlainDisplay : public Display {
 public:
  void trouble(const Error& error) override {
    if (!std::exchange(silent_, true))
      std::fprintf(stderr, "fragtrain: %s; asking again until it answers\n", error.what());
  }

 protected:
  void answered() { silent_ = false; }

 private:
  bool silent_ = false;
};

class LineDisplay : public PlainDisplay {
 public:
  void show(const JobStatus& status) override {
    answered();
    if (!last_) print(format_headline(status) + "\n");
    for (const std::string& line : change_lines(last_ ? *last_ : status, status)) print(line + "\n");
    last_ = status;
  }

 private:
  std::optional<JobStatus> last_;
};

class JsonDisplay : public PlainDisplay {
 public:
  void show(const JobStatus& status) override {
    answered();
    const std::string tag = rounds::status_tag(status);
    if (tag == tag_) return;
    tag_ = tag;
    print(rounds::to_json(status).dump() + "\n");
  }

 private:
  std::string tag_;
};

// Takes the terminal's other screen, so that what was there before comes back at the end.
class ScreenDisplay : public Display {
 public:
  ScreenDisplay() { print("\033[?1049h\033[?25l"); }
  ~ScreenDisplay() override {
    print("\033[?25h\033[?1049l");
    if (last_) print(join(view_lines(*last_, terminal_size()), "\n") + "\n");
  }

  void show(const JobStatus& status) override {
    last_ = status;
    draw("");
  }
  void trouble(const Error& error) override { draw(error.what()); }

 private:
  void draw(const std::string& words) {
    if (!last_) return;
    ViewSize size = terminal_size();
    const std::size_t height = size.height;
    if (!words.empty() && size.height > 1) --size.height;
    std::vector<std::string> lines = view_lines(*last_, size);
    if (!words.empty()) lines.push_back(words.substr(0, size.width));
    // Each line is cleared before it is written: behind one that fills its width, that would take its end.
    std::string text = "\033[H\033[K" + join(lines, "\r\n\033[K");
    if (lines.size() < height) text += "\r\n\033[J";
    print(text);
  }

  std::optional<JobStatus> last_;
};

std::unique_ptr<Display> make_display(WatchStyle style) {
  switch (style) {
    case WatchStyle::screen:
      return std::make_unique<ScreenDisplay>();
    case WatchStyle::json:
      return std::make_unique<JsonDisplay>();
    case WatchStyle::lines:
      break;
  }
  return std::make_unique<LineDisplay>();
}

}  // namespace

WatchStyle style_of_output() {
  const char* terminal = std::getenv("TERM");
  const bool moves = terminal != nullptr && std::string_view(terminal) != "dumb";
  return ::isatty(STDOUT_FILENO) == 1 && moves ? WatchStyle::screen : WatchStyle::lines;
}

void watch_job(AggregatorLink& link, std::optional<std::int64_t> job, WatchStyle style) {
  JobStatus status = link.status(job);
  const auto display = make_display(style);
  display->show(status);
  while (status.state != "finished" && !wait_for_stop(kPeriod)) {
    try {
      status = link.status(status.job);
      display->show(status);
    } catch (const Error& error) {
      if (error.code() != Errc::unavailable) throw;
      display->trouble(error);
    }
  }
}

}  // namespace frag::trainer
