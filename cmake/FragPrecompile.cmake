# frag_precompile(TARGET): the headers that nearly every file includes are parsed once for all targets, where FRAG_PRECOMPILE
# asks for it. A file must compile without: `dev` builds file by file and without this.
if(FRAG_PRECOMPILE)
  file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/precompiled.cc CONTENT "")
  add_library(frag_precompiled OBJECT ${CMAKE_BINARY_DIR}/precompiled.cc)
  target_link_libraries(frag_precompiled PRIVATE frag_options nlohmann_json::nlohmann_json)
  target_precompile_headers(frag_precompiled PRIVATE
    <algorithm> <array> <atomic> <chrono> <cmath> <condition_variable> <cstdint> <cstdio> <filesystem> <functional> <map> <memory>
    <mutex> <optional> <set> <span> <sstream> <string> <string_view> <thread> <unordered_map> <utility> <vector>
    <nlohmann/json.hpp>)
endif()

function(frag_precompile target)
  if(FRAG_PRECOMPILE)
    target_precompile_headers(${target} REUSE_FROM frag_precompiled)
  endif()
endfunction()
