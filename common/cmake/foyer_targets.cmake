# foyer_precompile(TARGET header…): what most files of the target include, compiled once for it. Two thirds of the build's time
# is spent on headers. The lint build goes without, so that each file still has to include what it uses.
function(foyer_precompile target)
  if(NOT FOYER_LINT)
    target_precompile_headers(${target} PRIVATE ${ARGN})
    # What ccache needs to know such a file again (with CCACHE_SLOPPINESS, deploy/lib/common.sh).
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
      target_compile_options(${target} PRIVATE -fpch-preprocess)
    endif()
  endif()
endfunction()

# foyer_share_precompiled(TARGET OTHER): takes what was precompiled for a program with the same flags.
function(foyer_share_precompiled target other)
  if(NOT FOYER_LINT)
    target_precompile_headers(${target} REUSE_FROM ${other})
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
      target_compile_options(${target} PRIVATE -fpch-preprocess)
    endif()
  endif()
endfunction()

# foyer_library(NAME SOURCES a.cpp… [DEPS target…]): one static library a folder, with our warnings.
function(foyer_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  if(ARG_SOURCES)
    add_library(${name} STATIC ${ARG_SOURCES})
    target_link_libraries(${name} PRIVATE foyer_options PUBLIC ${ARG_DEPS})
    target_include_directories(${name} PUBLIC "${CMAKE_SOURCE_DIR}")
    if(FOYER_LINT)
      set_target_properties(${name} PROPERTIES CXX_CLANG_TIDY "clang-tidy-19;--quiet")
    endif()
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE ${ARG_DEPS})
    target_include_directories(${name} INTERFACE "${CMAKE_SOURCE_DIR}")
  endif()
endfunction()

# foyer_program(NAME SOURCES main.cpp… [DEPS target…]): a program of ours, in <build>/bin.
function(foyer_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE foyer_options ${ARG_DEPS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
  if(FOYER_LINT)
    set_target_properties(${name} PROPERTIES CXX_CLANG_TIDY "clang-tidy-19;--quiet")
  endif()
endfunction()

# foyer_test_options(TARGET): how a Catch2 test is compiled, the same for all so that they can share what was precompiled. What a
# test calls is optimised in its library; itself it is compiled for one run: in half the time so.
function(foyer_test_options target)
  target_compile_options(${target} PRIVATE -pthread -Og)
  target_compile_definitions(${target} PRIVATE CATCH_CONFIG_FAST_COMPILE)
endfunction()

# foyer_test(NAME LABEL label [HEADERS target] SOURCES a_test.cpp… [DEPS target…]): one Catch2 binary, one ctest entry.
# NAME begins with its folder ("unit/base"). Its headers were precompiled for `target` (tests/CMakeLists.txt).
# Exit status 77 means skipped, with the reason on the last line.
function(foyer_test name)
  cmake_parse_arguments(ARG "" "LABEL;TIMEOUT;HEADERS" "SOURCES;DEPS" ${ARGN})
  if(NOT ARG_HEADERS)
    set(ARG_HEADERS foyer_test_headers)
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  string(REPLACE "/" "_" target "test_${name}")
  add_executable(${target} ${ARG_SOURCES})
  target_link_libraries(${target} PRIVATE foyer_options foyer_test_main ${ARG_DEPS})
  foyer_test_options(${target})
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests")
  foyer_share_precompiled(${target} ${ARG_HEADERS})
  add_test(NAME ${name} COMMAND ${target})
  set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABEL}" TIMEOUT ${ARG_TIMEOUT} SKIP_RETURN_CODE 77)
endfunction()
