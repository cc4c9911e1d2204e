// How somebody who gives fragments is doing, and when to ask it again. Times are passed in, so that a test
// needs no waiting. A value; whoever shares one locks.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "libfrag/base/error.h"

namespace frag {

// Somebody gave something else than what was asked for.
class WrongAnswer : public Error {
 public:
  explicit WrongAnswer(const std::string& message) : Error(Errc::bad_input, message) {}
};

class Health {
 public:
  using Clock = std::chrono::steady_clock;

  // After so many failures in a row it no longer counts as somebody to wait for, though it is asked again.
  static constexpr int kHopeless = 4;
  // So many wrong answers end it for good.
  static constexpr int kMostWrong = 3;

  // It gave something.
  void delivered() { failures_ = 0; }
  // It did not answer, broke off or stalled: asked again after 0.25 s, doubling up to 30 s.
  void failed(Clock::time_point now);
  // Others were faster: left alone for 1 s, doubling up to 60 s.
  void outrun(Clock::time_point now);
  // It asked to be left alone for so long, which is no fault.
  void busy(Clock::time_point now, Clock::duration wait);
  // It gave something else than what was asked for: as failed(), and in the end for good.
  void wrong(Clock::time_point now);
  // What became of asking it, by what it threw: busy(), wrong(), failed(), or never again. True where it is
  // worth a word.
  bool learn(const Error& error, Clock::time_point now);
  // It will never give what is wanted.
  void dismiss() { dismissed_ = true; }

  bool dismissed() const { return dismissed_; }
  bool hopeless() const { return dismissed_ || failures_ >= kHopeless; }
  Clock::time_point ask_again() const { return ask_again_; }

 private:
  int failures_ = 0;  // in a row
  int outrun_ = 0;
  int wrong_ = 0;
  bool dismissed_ = false;
  Clock::time_point ask_again_{};
};

// "mirror URL: what it said".
std::string mirror_note(const std::string& url, const std::string& what);

}  // namespace frag
