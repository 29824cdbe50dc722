# sagespark_add_library(NAME HEADERS ... SOURCES ... DEPS ... LINKS ... TESTS ... TEST_DEPS ... TEST_LINKS ...)
#
# One static library a folder. NAME is the folder under src/sagespark with "/" written "_" (aws_client).
# DEPS: the folders that its public headers need. LINKS: third-party targets, private. TESTS: *_test.cc files,
# built into one executable NAME_test and run by ctest. TEST_DEPS, TEST_LINKS: what only the tests need.
function(sagespark_add_library name)
  cmake_parse_arguments(ARG "" "" "HEADERS;SOURCES;DEPS;LINKS;TESTS;TEST_DEPS;TEST_LINKS" ${ARGN})
  set(target sagespark_${name})
  set(visibility PUBLIC)
  if(ARG_SOURCES)
    add_library(${target} STATIC ${ARG_SOURCES} ${ARG_HEADERS})
    target_link_libraries(${target} PRIVATE ${ARG_LINKS})
  else()
    add_library(${target} INTERFACE)
    set(visibility INTERFACE)
  endif()
  target_include_directories(${target} ${visibility} ${CMAKE_SOURCE_DIR}/src)
  list(TRANSFORM ARG_DEPS PREPEND sagespark_)
  target_link_libraries(${target} ${visibility} ${ARG_DEPS})
  if(ARG_TESTS)
    list(TRANSFORM ARG_TEST_DEPS PREPEND sagespark_)
    sagespark_add_test(${name}_test SOURCES ${ARG_TESTS} LINKS ${target} ${ARG_TEST_DEPS} ${ARG_TEST_LINKS})
  endif()
endfunction()

# Test code is compiled for the compiler's speed: most of a build is tests. What they test is optimized and has every check.
# All that share the precompiled header must be compiled alike, or the compiler refuses it.
function(sagespark_compile_as_test target)
  target_compile_options(${target} PRIVATE $<$<CONFIG:Debug>:-O0>)
  if(SAGESPARK_SANITIZE)
    target_compile_options(${target} PRIVATE -fno-sanitize=null,alignment,vptr)
  endif()
endfunction()

# sagespark_add_test(NAME SOURCES ... LINKS ...): a GoogleTest executable that ctest runs whole.
# `unit_tests` builds all of them.
add_custom_target(unit_tests)
function(sagespark_add_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  sagespark_compile_as_test(${name})
  add_dependencies(unit_tests ${name})
  target_link_libraries(${name} PRIVATE ${ARG_LINKS} sagespark_testing GTest::gmock_main)
  target_precompile_headers(${name} REUSE_FROM sagespark_testing)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT 600)
endfunction()

# What users run: sagespark_add_program(NAME [LIBEXEC] SOURCES ... LINKS ...). `programs` builds all of them.
# They land in bin, or with LIBEXEC in libexec/sagespark, where sagespark-container finds the algorithms.
add_custom_target(programs)
function(sagespark_add_program name)
  cmake_parse_arguments(ARG "LIBEXEC" "" "SOURCES;LINKS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_LINKS})
  if(ARG_LIBEXEC)
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${SAGESPARK_LIBEXEC_DIRECTORY})
  endif()
  add_dependencies(programs ${name})
endfunction()
