# frag_embed(TARGET DIRECTORY FILES...): compiles files into a target, which then has web_file() of server/page.h.
# Run as a script (cmake -DOUTPUT=... -DDIRECTORY=... -DFILES=a;b -P Embed.cmake) it writes the C++ file.
if(CMAKE_SCRIPT_MODE_FILE)
  set(arrays "")
  set(answers "")
  set(number 0)
  foreach(name IN LISTS FILES)
    file(READ "${DIRECTORY}/${name}" bytes HEX)
    string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
    string(APPEND arrays "constexpr unsigned char kFile${number}[] = {${bytes}};\n")
    string(APPEND answers "  if (name == \"${name}\") return view(kFile${number}, sizeof kFile${number});\n")
    math(EXPR number "${number} + 1")
  endforeach()
  file(WRITE "${OUTPUT}" "// Made by cmake/Embed.cmake.
#include \"server/page.h\"

namespace frag {
namespace {

${arrays}
std::string_view view(const unsigned char* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

}  // namespace

std::optional<std::string_view> web_file(std::string_view name) {
${answers}  return std::nullopt;
}

}  // namespace frag
")
  return()
endif()

set(FRAG_EMBED_SCRIPT ${CMAKE_CURRENT_LIST_FILE})

function(frag_embed target directory)
  set(output ${CMAKE_CURRENT_BINARY_DIR}/web_files.cc)
  set(inputs ${ARGN})
  list(TRANSFORM inputs PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/${directory}/)
  add_custom_command(OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} "-DOUTPUT=${output}" "-DDIRECTORY=${CMAKE_CURRENT_SOURCE_DIR}/${directory}" "-DFILES=${ARGN}" -P ${FRAG_EMBED_SCRIPT}
    DEPENDS ${inputs} ${FRAG_EMBED_SCRIPT} VERBATIM)
  target_sources(${target} PRIVATE ${output})
endfunction()
