// What a mirror answers to those who ask for one fragment. The functions throw HttpError, or an Error that
// becomes one.
#pragma once

#include "libfrag/archive/sample_tar.h"
#include "libfrag/http/message.h"
#include "server/render_gate.h"
#include "server/served_dataset.h"

namespace frag {

// GET /v1/fragments/{id}.png|jpg|raw.
http::Response fragment_answer(const ServedDataset& dataset, RenderGate& gate, const http::Request& request,
                               SampleFormat format);
// GET /v1/fragments/{id}: where it lies, as JSON.
http::Response fragment_address_answer(const ServedDataset& dataset, const http::Request& request);

// [[x, y], ...]: the corners of a tile in pixels of the source, from its top-left on clockwise as seen in the
// tile.
Json tile_corners(const Tiling& tiling, const Angle& angle, const TileFrame& frame);

}  // namespace frag
