# frag_room(NAME SOURCES a.cc ... [ROOMS base ...] [LIBRARIES OpenSSL::Crypto ...])
#
# A room of libfrag: the static library frag_NAME. ROOMS are public (their headers show in ours), LIBRARIES private: no
# other room includes an outside library through this one.
function(frag_room name)
  cmake_parse_arguments(ARG "" "" "SOURCES;ROOMS;LIBRARIES" ${ARGN})
  add_library(frag_${name} STATIC ${ARG_SOURCES})
  list(TRANSFORM ARG_ROOMS PREPEND frag_)
  target_link_libraries(frag_${name} PUBLIC ${ARG_ROOMS} PRIVATE frag_options ${ARG_LIBRARIES})
  target_include_directories(frag_${name} PUBLIC ${CMAKE_SOURCE_DIR})
  frag_precompile(frag_${name})
endfunction()

# frag_program(NAME SOURCES main.cc ... [ROOMS ...] [LIBRARIES ...]): an installed program in bin/.
function(frag_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;ROOMS;LIBRARIES" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  list(TRANSFORM ARG_ROOMS PREPEND frag_)
  target_link_libraries(${name} PRIVATE frag_options ${ARG_ROOMS} ${ARG_LIBRARIES})
  frag_precompile(${name})
  # A program loads only what it calls: fragagg knows what a sample is, and needs no image library for that.
  target_link_options(${name} PRIVATE LINKER:--as-needed)
  install(TARGETS ${name} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endfunction()
