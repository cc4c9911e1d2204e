// Several fetches at once.
#pragma once

#include <cstddef>
#include <functional>

namespace frag {

// Calls `work` for 0, 1, ... below `count`, each once, on at most `at_once` threads; returns when all are
// done. The first failure comes out, and nothing is begun behind it.
void for_each_at_once(std::size_t at_once, std::size_t count, const std::function<void(std::size_t)>& work);

}  // namespace frag
