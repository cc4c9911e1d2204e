// A body that is rendered while it is sent: pieces of some fragments, each made within a turn of the gate and
// then written without one.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "libfrag/http/message.h"
#include "server/render_gate.h"

namespace frag {

struct RenderedBody {
  std::uint64_t next = 0, end = 0;  // fragments of the list, by their position
  // Appends what the body has of the fragment at this position.
  std::function<void(std::uint64_t position, std::string& out)> append;
  std::string tail;                 // behind the last fragment
  std::uint64_t drop = 0;           // bytes left out at the front, of the first fragment on
  std::uint64_t left = UINT64_MAX;  // bytes written at most
};

// A piece ends with the fragment that brings it to so many bytes, or after some milliseconds of rendering: a
// stream holds at most this and one fragment in memory.
inline constexpr std::size_t kPieceBytes = std::size_t{256} << 10;

// Waits for a turn and renders the first piece, so that what refuses a request or fails on its first
// fragments is still an answer of its own; gives what writes the body. HttpError 503 where the gate's queue
// is full.
http::BodyWriter open_rendered(RenderGate& gate, const std::string& address, RenderedBody body);

}  // namespace frag
