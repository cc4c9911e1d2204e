# frag_test(NAME SOURCES a_test.cc ... [ROOMS geometry ...] [LIBRARIES ...] [AS_INSTALLED a_test.cc ...]): a Catch2 program
# NAME_test, each of whose files is a test of ctest's with the label NAME. Not each case: a process that loads LibTorch takes a
# second to start, and more under sanitizers.
#
# frag_script_test(NAME SCRIPT file [ARGS ...] [AS_INSTALLED]): a bash or python3 script that drives the built programs.
#
# AS_INSTALLED labels what sanitizers would add nothing but time to, so that ./check runs it on the release build alone:
# documents and --help, large sets of images, long trainings, statistics, comparisons with other programs' numbers, and stops at
# moments that fit the programs' own speed.
find_package(Catch2 2 REQUIRED)
# Debian's own, which has Debian's numpy and OpenCV.
find_program(FRAG_PYTHON python3 PATHS /usr/bin NO_DEFAULT_PATH REQUIRED)

# Scripts learn the same places from their environment that C++ tests know from these definitions.
# Nobody's own cache of sources is touched, and OpenMP's threads wait asleep: tests share the processors.
set(FRAG_TEST_ENVIRONMENT XDG_CACHE_HOME=${CMAKE_BINARY_DIR}/test-cache OMP_WAIT_POLICY=passive FRAG_BIN_DIR=${CMAKE_RUNTIME_OUTPUT_DIRECTORY} FRAG_SOURCE_DIR=${CMAKE_SOURCE_DIR})

function(frag_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;ROOMS;LIBRARIES;AS_INSTALLED" ${ARGN})
  add_executable(${name}_test ${ARG_SOURCES})
  list(TRANSFORM ARG_ROOMS PREPEND frag_)
  target_compile_definitions(${name}_test PRIVATE FRAG_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  target_link_libraries(${name}_test PRIVATE frag_options ${ARG_ROOMS} ${ARG_LIBRARIES} Catch2::Catch2WithMain)
  # The rooms are optimized; what asks them is compiled in half the time without.
  target_compile_options(${name}_test PRIVATE $<$<CONFIG:Release>:-O1>)
  frag_precompile(${name}_test)
  foreach(source IN LISTS ARG_SOURCES)
    cmake_path(GET source STEM file)
    if(file MATCHES "^(.*)_test$")
      set(test "${name}: ${CMAKE_MATCH_1}")
      add_test(NAME ${test} COMMAND ${name}_test --filenames-as-tags --warn NoTests "[#${file}]")
      set_tests_properties(${test} PROPERTIES TIMEOUT 600 ENVIRONMENT "${FRAG_TEST_ENVIRONMENT}"
                                              SKIP_REGULAR_EXPRESSION "SKIPPED:.*All tests passed" LABELS ${name})
      if(source IN_LIST ARG_AS_INSTALLED)
        set_property(TEST ${test} APPEND PROPERTY LABELS as_installed)
      endif()
    endif()
  endforeach()
endfunction()

function(frag_script_test name)
  cmake_parse_arguments(ARG "AS_INSTALLED" "SCRIPT" "ARGS" ${ARGN})
  cmake_path(ABSOLUTE_PATH ARG_SCRIPT OUTPUT_VARIABLE script)
  if(script MATCHES "\\.py$")
    set(interpreter ${FRAG_PYTHON})
  else()
    set(interpreter bash)
  endif()
  add_test(NAME "script: ${name}" COMMAND ${interpreter} ${script} ${ARG_ARGS})
  set_tests_properties("script: ${name}" PROPERTIES ENVIRONMENT "${FRAG_TEST_ENVIRONMENT}" SKIP_RETURN_CODE 77
                                                    TIMEOUT 600)
  if(ARG_AS_INSTALLED)
    set_property(TEST "script: ${name}" PROPERTY LABELS as_installed)
  endif()
endfunction()
