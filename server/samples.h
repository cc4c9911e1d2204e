// What a mirror answers to those who ask for drawn samples: the tar, its ids, its digests.
//
// The functions throw HttpError, or an Error that becomes one.
#pragma once

#include "libfrag/http/message.h"
#include "server/render_gate.h"
#include "server/served_dataset.h"

namespace frag {

// The list of ids that one answer holds at most.
inline constexpr std::uint64_t kMostIds = 10000;

// GET /v1/sample: a WebDataset tar. Raw ones have their length beforehand and may be asked for in part.
http::Response sample_answer(const ServedDataset& dataset, RenderGate& gate, const http::Request& request);
// GET /v1/sample/ids: [{"id", "source", "class"}, ...], at most kMostIds of them.
http::Response sample_ids_answer(const ServedDataset& dataset, const http::Request& request);
// GET /v1/sample/digests: XXH3-128 of each fragment's pixels as in its KEY.json, 16 bytes each, in order.
http::Response sample_digests_answer(const ServedDataset& dataset, RenderGate& gate,
                                     const http::Request& request);

// A query parameter that is a whole number of at least 0; HttpError 400 otherwise.
std::optional<std::uint64_t> number_param(const http::Request& request, const std::string& name);

}  // namespace frag
