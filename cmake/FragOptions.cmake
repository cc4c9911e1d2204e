# Language level, warnings and sanitizers, as one INTERFACE target that our own targets link privately.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/${CMAKE_INSTALL_BINDIR})
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

add_library(frag_options INTERFACE)
# Contraction would let two machines round differently; what must be equal everywhere is integer arithmetic, and this
# keeps the rest equal too.
target_compile_options(frag_options INTERFACE -pthread -ffp-contract=off -Wall -Wextra -Wpedantic -Wshadow -Wconversion
                                              -Wno-sign-conversion)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # g++ 12 sees overlaps and overflows in std::string's operator+ that are not there (GCC bug 105651).
  target_compile_options(frag_options INTERFACE -Wno-restrict -Wno-stringop-overflow -Wno-array-bounds)
endif()
target_include_directories(frag_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_definitions(frag_options INTERFACE FRAG_VERSION="${PROJECT_VERSION}")
if(CMAKE_UNITY_BUILD)
  # Meant for types in headers: in a unity build every file is one.
  target_compile_options(frag_options INTERFACE -Wno-subobject-linkage)
  # One unit fits in so much memory (KiB), so g++ need not look for what it could give back.
  target_compile_options(frag_options INTERFACE $<$<CXX_COMPILER_ID:GNU>:--param=ggc-min-heapsize=1048576>)
endif()
if(FRAG_WERROR)
  target_compile_options(frag_options INTERFACE -Werror)
endif()
if(FRAG_SANITIZE)
  # g++ takes what a sanitizer adds for reads of what was never written.
  target_compile_options(frag_options INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  target_compile_options(frag_options INTERFACE -fsanitize=${FRAG_SANITIZE} -fno-omit-frame-pointer
                                                -fno-sanitize-recover=all)
  if(FRAG_SANITIZE MATCHES "undefined")
    # Two questions at every use of a pointer, which were two fifths of g++'s time for a unit of rounds. AddressSanitizer stops at a null pointer
    # by itself, and where bytes of a stranger are read as numbers, the fuzzers, which clang compiles, ask for alignment.
    target_compile_options(frag_options INTERFACE $<$<CXX_COMPILER_ID:GNU>:-fno-sanitize=null,alignment>)
  endif()
  # At a fixed address a program of a million instrumented places has nothing to relocate, and starts sooner.
  target_compile_options(frag_options INTERFACE -fno-pie)
  target_link_options(frag_options INTERFACE -fsanitize=${FRAG_SANITIZE} -no-pie)
endif()
