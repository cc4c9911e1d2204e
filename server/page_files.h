// What cmake/Embed.cmake makes of server/web/ and of what pages share.
#pragma once

#include <vector>

#include "libfrag/http/page.h"

namespace frag {

std::vector<http::WebFile> mirror_page_files();

}  // namespace frag
