// How many files a process of fragagg may have open.
#pragma once

namespace frag::aggregator {

// As many as the system lets it: a thousand parts are a thousand open files while they are averaged, beside
// the connections.
void raise_file_limit();

}  // namespace frag::aggregator
