# sagespark::nanoarrow, built from the C sources that tools/bootstrap unpacked. Its own CMake project installs
# more than we want and lacks a file in the PyPI source package.
set(_nanoarrow ${SAGESPARK_DEPS_DIR}/nanoarrow/src/nanoarrow)
file(STRINGS ${SAGESPARK_DEPS_DIR}/nanoarrow/CMakeLists.txt _version_line REGEX "set\\(NANOARROW_VERSION ")
string(REGEX MATCH "([0-9]+)\\.([0-9]+)\\.([0-9]+)" NANOARROW_VERSION "${_version_line}")
set(NANOARROW_VERSION_MAJOR ${CMAKE_MATCH_1})
set(NANOARROW_VERSION_MINOR ${CMAKE_MATCH_2})
set(NANOARROW_VERSION_PATCH ${CMAKE_MATCH_3})
# The prefix keeps its symbols apart from those of another nanoarrow in the same process.
set(NANOARROW_NAMESPACE_DEFINE "#define NANOARROW_NAMESPACE SagesparkNanoarrow")
configure_file(${_nanoarrow}/nanoarrow_config.h.in ${CMAKE_BINARY_DIR}/nanoarrow/nanoarrow/nanoarrow_config.h @ONLY)
add_library(sagespark_nanoarrow STATIC EXCLUDE_FROM_ALL
  ${_nanoarrow}/common/array.c ${_nanoarrow}/common/schema.c ${_nanoarrow}/common/array_stream.c
  ${_nanoarrow}/common/utils.c)
target_include_directories(sagespark_nanoarrow SYSTEM PUBLIC
  ${SAGESPARK_DEPS_DIR}/nanoarrow/src ${CMAKE_BINARY_DIR}/nanoarrow)
add_library(sagespark::nanoarrow ALIAS sagespark_nanoarrow)
