# Language, warnings, linker and sanitizers. Our own targets link foyer_options; generated code does not take the warnings.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS ON) # statement expressions carry TRY
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

find_program(FOYER_LLD ld.lld)
if(FOYER_LLD)
  add_link_options(-fuse-ld=lld)
endif()

find_program(FOYER_CCACHE ccache)
if(FOYER_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${FOYER_CCACHE}")
endif()

if(FOYER_SANITIZE STREQUAL "address")
  add_compile_options(-fsanitize=address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=address,undefined)
elseif(FOYER_SANITIZE STREQUAL "thread")
  add_compile_options(-fsanitize=thread -fno-omit-frame-pointer)
  add_link_options(-fsanitize=thread)
elseif(FOYER_SANITIZE STREQUAL "fuzzer")
  # clang only. Floating point that does not fit an integer is not among its "undefined"; parsers of numbers meet it.
  add_compile_options(-fsanitize=fuzzer-no-link,address,undefined,float-cast-overflow -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=address,undefined)
elseif(NOT FOYER_SANITIZE STREQUAL "")
  message(FATAL_ERROR "FOYER_SANITIZE is '${FOYER_SANITIZE}'; it may be address, thread, fuzzer or empty")
endif()

add_library(foyer_options INTERFACE)
target_include_directories(foyer_options INTERFACE "${CMAKE_SOURCE_DIR}")
target_compile_options(
  foyer_options
  INTERFACE -Wall
            -Wextra
            -Wpedantic
            -Wshadow
            -Wconversion
            -Wsign-conversion
            -Wold-style-cast
            -Wnon-virtual-dtor
            -Woverloaded-virtual
            -Wcast-align
            -Wimplicit-fallthrough
            -Wswitch
            -Werror
            # A designated initialiser that leaves fields at their documented defaults is the point of an options struct.
            -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 reports moved-from variants, JSON values and sums of strings falsely at -O2; clang-tidy and the sanitizers find the real
  # ones.
  target_compile_options(foyer_options INTERFACE -Wno-maybe-uninitialized -Wno-array-bounds -Wno-restrict
                                                  -Wno-stringop-overflow)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  target_compile_options(foyer_options INTERFACE -Wno-gnu-statement-expression-from-macro-expansion
                                                 -Wno-missing-designated-field-initializers
                                                 # std::stable_sort of libstdc++ 12 calls what it declares deprecated itself.
                                                 -Wno-deprecated-declarations)
endif()
