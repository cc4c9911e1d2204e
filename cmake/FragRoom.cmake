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

# frag_program(NAME [BESIDE] SOURCES main.cc ... [ROOMS ...] [LIBRARIES ...]): an installed program in bin/, or, where only
# other programs start it, in FRAG_BESIDE_DIR. The folder of a build has both in the same places.
set(FRAG_BESIDE_DIR ${CMAKE_INSTALL_LIBEXECDIR}/libfrag)
function(frag_program name)
  cmake_parse_arguments(ARG "BESIDE" "" "SOURCES;ROOMS;LIBRARIES" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  list(TRANSFORM ARG_ROOMS PREPEND frag_)
  target_link_libraries(${name} PRIVATE frag_options ${ARG_ROOMS} ${ARG_LIBRARIES})
  frag_precompile(${name})
  # A program loads only what it calls: fragagg knows what a sample is, and needs no image library for that.
  target_link_options(${name} PRIVATE LINKER:--as-needed)
  set(folder ${CMAKE_INSTALL_BINDIR})
  if(ARG_BESIDE)
    set(folder ${FRAG_BESIDE_DIR})
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/${folder})
  endif()
  install(TARGETS ${name} RUNTIME DESTINATION ${folder})
endfunction()
