// SIGHUP as something a program can ask about: what operators send after they changed a file.
#pragma once

namespace frag {

// Call once at the start.
void install_hangup_handler();
// True once for each SIGHUP, or for several that came together.
bool take_hangup();

}  // namespace frag
