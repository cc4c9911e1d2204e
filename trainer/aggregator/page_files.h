// What cmake/Embed.cmake makes of trainer/aggregator/web/ and of what pages share.
#pragma once

#include <vector>

#include "libfrag/http/page.h"

namespace frag {

std::vector<http::WebFile> aggregator_page_files();

}  // namespace frag
