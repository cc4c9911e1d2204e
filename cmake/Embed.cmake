# frag_embed(TARGET FUNCTION FILES...): compiles a page's files (paths from here) into a target, which then has
# std::vector<http::WebFile> frag::FUNCTION(), a file's name being the last part of its path.
# Run as a script (cmake -DOUTPUT=... -DFUNCTION=... -DFILES=a;b -P Embed.cmake) it writes the C++ file.
if(CMAKE_SCRIPT_MODE_FILE)
  set(arrays "")
  set(entries "")
  set(number 0)
  foreach(path IN LISTS FILES)
    file(READ "${path}" bytes HEX)
    get_filename_component(name "${path}" NAME)
    string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
    string(APPEND arrays "constexpr unsigned char kFile${number}[] = {${bytes}};\n")
    string(APPEND entries "      {\"${name}\", view(kFile${number}, sizeof kFile${number})},\n")
    math(EXPR number "${number} + 1")
  endforeach()
  file(WRITE "${OUTPUT}" "// Made by cmake/Embed.cmake.
#include \"libfrag/http/page.h\"

namespace frag {
namespace {

${arrays}
std::string_view view(const unsigned char* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

}  // namespace

std::vector<http::WebFile> ${FUNCTION}();

std::vector<http::WebFile> ${FUNCTION}() {
  return {
${entries}  };
}

}  // namespace frag
")
  return()
endif()

set(FRAG_EMBED_SCRIPT ${CMAKE_CURRENT_LIST_FILE})
# What the pages of all servers share.
set(FRAG_WEB_BASE ${CMAKE_SOURCE_DIR}/libfrag/http/web/base.css ${CMAKE_SOURCE_DIR}/libfrag/http/web/asking.js)

function(frag_embed target function)
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${function}.cc)
  list(TRANSFORM ARGN PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/ OUTPUT_VARIABLE inputs)
  list(APPEND inputs ${FRAG_WEB_BASE})
  add_custom_command(OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} "-DOUTPUT=${output}" "-DFUNCTION=${function}" "-DFILES=${inputs}" -P ${FRAG_EMBED_SCRIPT}
    DEPENDS ${inputs} ${FRAG_EMBED_SCRIPT} VERBATIM)
  target_sources(${target} PRIVATE ${output})
endfunction()
